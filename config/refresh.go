package config

import (
	"errors"
	"time"

	"github.com/robfig/cron/v3"
)

// RefreshSchedule is when the figures of the analytics are refreshed, by the office's clocks.
func (c Config) RefreshSchedule() cron.Schedule {
	schedule, err := c.parseRefreshInterval()
	if err != nil {
		panic(err) // Load has checked it
	}
	return schedule
}

func (c Config) parseRefreshInterval() (cron.Schedule, error) {
	schedule, err := cron.ParseStandard("CRON_TZ=" + c.Zone.String() + " " + c.RefreshInterval)
	if err != nil {
		return nil, err
	}
	if schedule.Next(time.Now()).IsZero() {
		return nil, errors.New("that day never comes")
	}
	return schedule, nil
}

func (c *Config) checkRefreshInterval() Faults {
	if c.Zone == nil { // a fault of its own
		return nil
	}
	if _, err := c.parseRefreshInterval(); err != nil {
		return Faults{{Setting: "MATERIALIZED_VIEW_REFRESH_INTERVAL"}}
	}
	return nil
}
