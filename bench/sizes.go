package main

import "time"

// sizes says how much of everything a run does.
type sizes struct {
	rounds     int // of each measurement that counts
	coldRounds int // before them, to warm up
	atOnce     int // scenarios

	oneServer bool // for all scenarios
	hurry     bool // leave out what only makes times comparable, or only takes time

	publish                            []publishSize
	registerStudents, registerSamples  int
	storm                              stormSize
	polling                            pollingSize
	selections                         selectionsSize
	list                               listSize
	files                              filesSize
	workbookRows                       int
	login                              loginSize
	processes                          processesSize
	growth                             growthSize
	starts                             int
	idle                               time.Duration // before the memory is read
	importRows                         int
	waitForQuiet, waitForQuietPerRound time.Duration
}

var (
	full = sizes{
		rounds: 5, coldRounds: 1, atOnce: 1,
		publish:          []publishSize{{15_000, 5, false}, {60_000, 5, false}, {1_000_000, 3, true}},
		registerStudents: 2_000, registerSamples: 300,
		storm:        stormSize{students: 15_000, registering: 12_000, connections: 64, drives: 20},
		polling:      pollingSize{students: 15_000, drives: 20, connections: 32, seconds: 6, warmUp: 2, checked: 100, probes: 8},
		selections:   selectionsSize{students: 15_000, registering: 12_000, connections: 64, past: 1_000},
		list:         listSize{registrations: 12_000, seconds: 2},
		files:        filesSize{rows: 100_000, seconds: 3},
		workbookRows: 100_000,
		login:        loginSize{people: 256, connections: 32, seconds: 4, pause: 0.01},
		processes:    processesSize{processes: 3, students: 15_000, registering: 12_000, connections: 64, drives: 20},
		growth:       growthSize{students: []int{1_000, 10_000, 100_000}, registering: 1_000, drives: 5, connections: 64, past: 10, seconds: 1},
		starts:       5, idle: 10 * time.Second,
		importRows:   50_000,
		waitForQuiet: 2 * time.Minute, waitForQuietPerRound: 10 * time.Second,
	}
	small = sizes{
		rounds: 1, atOnce: 4, oneServer: true, hurry: true,
		publish:          []publishSize{{600, 1, false}},
		registerStudents: 300, registerSamples: 5,
		storm:        stormSize{students: 100, registering: 60, connections: 8, drives: 3},
		polling:      pollingSize{students: 40, drives: 4, connections: 4, seconds: 0.2, warmUp: 0.1, checked: 10, probes: 2},
		selections:   selectionsSize{students: 60, registering: 40, connections: 8, past: 10},
		list:         listSize{registrations: 50, seconds: 0.1},
		files:        filesSize{rows: 100, seconds: 0.1},
		workbookRows: 2_000,
		login:        loginSize{people: 8, connections: 4, seconds: 0.4, pause: 0.01},
		processes:    processesSize{processes: 3, students: 60, registering: 60, connections: 6, drives: 4},
		growth:       growthSize{students: []int{20, 200}, registering: 20, drives: 2, connections: 4, past: 3, seconds: 0.1},
		starts:       1, idle: 100 * time.Millisecond,
		importRows: 500,
	}
)
