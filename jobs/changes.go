package jobs

import (
	"context"
	"sync"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// Changes tells those who remember what students see that a job of this process has changed it.
type Changes struct {
	river.MiddlewareDefaults

	mu   sync.Mutex
	tell []func()
}

// Tell adds one to be told, after the job has committed.
func (c *Changes) Tell(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tell = append(c.tell, f)
}

// Work is called by the queue around every job.
func (c *Changes) Work(ctx context.Context, job *rivertype.JobRow, work func(context.Context) error) error {
	err := work(ctx)
	switch job.Kind {
	case AutoPublishArgs{}.Kind(), EligibilityFilterArgs{}.Kind(), CloseRegistrationsArgs{}.Kind(), ImportStudentsArgs{}.Kind():
		c.announce()
	}
	return err
}

func (c *Changes) announce() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, f := range c.tell {
		f()
	}
}
