// Command show prints what a compose file says of a service, one thing a line, for container-check.sh.
//
//	show FILE SERVICE
package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"placeops/deploy/check"
)

func main() {
	if err := show(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "show:", err)
		os.Exit(1)
	}
}

func show(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("name a file and a service")
	}
	project, err := check.Load(os.DirFS(filepath.Dir(args[0])), filepath.Base(args[0]))
	if err != nil {
		return err
	}
	s, err := project.GetService(args[1])
	if err != nil {
		return err
	}
	say := func(kind, value string) {
		if value != "" {
			fmt.Fprintln(os.Stdout, kind, strings.ReplaceAll(value, "\n", " "))
		}
	}
	say("user", s.User)
	for _, word := range s.Entrypoint {
		say("entrypoint", word)
	}
	for _, word := range s.Command {
		say("arg", word)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Environment)) {
		say("env", name+"="+*s.Environment[name])
	}
	for _, right := range s.CapAdd {
		say("cap", right)
	}
	for _, folder := range s.Tmpfs {
		say("tmpfs", folder)
	}
	for _, volume := range s.Volumes {
		if volume.Type == "bind" {
			continue
		}
		source := volume.Source
		if source == "" { // an anonymous one is each container's own
			source = fmt.Sprintf("of-%d", os.Getpid())
		}
		say("volume", source+":"+volume.Target)
	}
	for _, secret := range s.Secrets {
		say("secret", secret.Source)
	}
	if s.StopGracePeriod != nil {
		say("grace", strconv.Itoa(int(time.Duration(*s.StopGracePeriod).Seconds())))
	}
	return nil
}
