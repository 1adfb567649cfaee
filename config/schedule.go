package config

import (
	"errors"
	"time"

	"github.com/robfig/cron/v3"
)

// RefreshSchedule is when the figures of the analytics are refreshed, by the office's clocks.
func (c Config) RefreshSchedule() cron.Schedule { return c.mustSchedule(c.RefreshInterval) }

// BackupSchedule is when backups are taken, by the office's clocks; nil is never.
func (c Config) BackupSchedule() cron.Schedule {
	if c.BackupCron == "" {
		return nil
	}
	return c.mustSchedule(c.BackupCron)
}

// BaseSchedule is when base backups go into the archive, by the office's clocks; nil is never.
func (c Config) BaseSchedule() cron.Schedule {
	if c.Archive == "" {
		return nil
	}
	return c.mustSchedule(c.ArchiveBaseCron)
}

func (c Config) mustSchedule(text string) cron.Schedule {
	schedule, err := c.parseSchedule(text)
	if err != nil {
		panic(err) // Load has checked it
	}
	return schedule
}

func (c Config) parseSchedule(text string) (cron.Schedule, error) {
	schedule, err := cron.ParseStandard("CRON_TZ=" + c.Zone.String() + " " + text)
	if err != nil {
		return nil, err
	}
	if schedule.Next(time.Now()).IsZero() {
		return nil, errors.New("that day never comes")
	}
	return schedule, nil
}

func (c *Config) checkSchedules() (faults Faults) {
	if c.Zone == nil { // a fault of its own
		return nil
	}
	for setting, text := range map[string]string{"MATERIALIZED_VIEW_REFRESH_INTERVAL": c.RefreshInterval, "PLACEOPS_BACKUP_CRON": c.BackupCron,
		"PLACEOPS_ARCHIVE_BASE_CRON": c.ArchiveBaseCron} {
		if text == "" && setting == "PLACEOPS_BACKUP_CRON" {
			continue
		}
		if _, err := c.parseSchedule(text); err != nil {
			faults = append(faults, Fault{Setting: setting})
		}
	}
	return faults
}
