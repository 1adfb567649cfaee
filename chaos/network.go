package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

const (
	networkCut     fault = "network cut"
	networkFrozen  fault = "network frozen, no byte passes"
	networkRefused fault = "network down, connections refused"
	networkMute    fault = "PostgreSQL's answers lost, then cut"
	downAtMost           = 2 * time.Second
	networkPauses        = 4 // times as long as between the faults of processes: each of these is longer, and may hit all
)

// networkFaults are those between placeops and an outside PostgreSQL.
var networkFaults = []fault{networkCut, networkFrozen, networkRefused, networkMute}

// injectNetworkFaults breaks the network of one process or of all, time and again until ctx ends. It leaves it mended.
func (r *run) injectNetworkFaults(ctx context.Context) error {
	rng := rand.New(rand.NewPCG(r.config.seed, networkNumber)) //nolint:gosec // repeatable on purpose
	for ctx.Err() == nil {
		for _, i := range rng.Perm(len(networkFaults)) {
			wait(ctx, time.Duration(rng.Int64N(int64(networkPauses*r.config.faultPause))))
			if ctx.Err() != nil {
				break
			}
			if err := r.breakNetwork(networkFaults[i], r.someProxies(rng), time.Duration(rng.Int64N(int64(downAtMost)))); err != nil {
				return err
			}
			r.counts.fault(networkFaults[i])
		}
	}
	return nil
}

func (r *run) someProxies(rng *rand.Rand) (some []*proxy) {
	for _, p := range r.in.processes {
		some = append(some, p.proxy)
	}
	if rng.IntN(3) > 0 {
		i := rng.IntN(len(some))
		some = some[i : i+1]
	}
	return some
}

func (r *run) breakNetwork(kind fault, some []*proxy, d time.Duration) error {
	var errs []error
	each := func(do func(*proxy)) {
		for _, p := range some {
			do(p)
		}
	}
	switch kind {
	case networkCut:
		each((*proxy).cut)
	case networkFrozen:
		each((*proxy).freeze)
		wait(context.Background(), d)
		each((*proxy).thaw)
	case networkRefused:
		each((*proxy).refuse)
		wait(context.Background(), d)
		each(func(p *proxy) { errs = append(errs, p.listen()) })
	case networkMute:
		each((*proxy).silence)
		wait(context.Background(), d)
		each((*proxy).speak)
	}
	return errors.Join(errs...)
}
