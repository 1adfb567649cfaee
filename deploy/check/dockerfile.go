package check

import (
	"bytes"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// Dockerfile says what is wrong with one, by the rules of its own builder and by those below.
func Dockerfile(files fs.FS, name string) (faults []string, err error) {
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	parsed, err := parser.Parse(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	for _, warning := range parsed.Warnings {
		faults = append(faults, warning.Short)
	}
	stages, _, err := instructions.Parse(parsed.AST, linter.New(&linter.Config{
		Warn: func(rule, _, _, what string, _ []parser.Range) { faults = append(faults, rule+": "+what) },
	}))
	if err != nil {
		return nil, err
	}
	for _, stage := range stages {
		faults = append(faults, stageFaults(stages, stage)...)
	}
	return append(faults, imageFaults(stages[len(stages)-1])...), nil
}

// stageFaults are those of any stage: an inexact base, and packages that are installed with more than was asked for.
func stageFaults(stages []instructions.Stage, stage instructions.Stage) (faults []string) {
	isStage := slices.ContainsFunc(stages, func(s instructions.Stage) bool { return s.Name == stage.BaseName })
	if !isStage && !exactImage(stage.BaseName) {
		faults = append(faults, "FROM "+stage.BaseName+" is no exact version")
	}
	for _, command := range stage.Commands {
		switch c := command.(type) {
		case *instructions.AddCommand:
			faults = append(faults, "ADD does more than to copy: use COPY")
		case *instructions.RunCommand:
			line := strings.Join(c.CmdLine, " ")
			if strings.Contains(line, "apt-get install") {
				faults = append(faults, aptFaults(line)...)
			}
			if regexp.MustCompile(`\b(sudo|curl|wget)\b`).MatchString(line) {
				faults = append(faults, "RUN fetches something that nobody checks, or asks for more rights: "+line)
			}
		}
	}
	return faults
}

func aptFaults(line string) (faults []string) {
	for _, want := range []string{"apt-get update", "--no-install-recommends", "--yes", "rm -rf /var/lib/apt/lists/*"} {
		if !strings.Contains(line, want) {
			faults = append(faults, fmt.Sprintf("apt-get install without %s in the same RUN", want))
		}
	}
	return faults
}

// imageFaults are those of the last stage, which becomes the image.
func imageFaults(stage instructions.Stage) (faults []string) {
	var user, health, entrypoint string
	for _, command := range stage.Commands {
		switch c := command.(type) {
		case *instructions.UserCommand:
			user = c.User
		case *instructions.HealthCheckCommand:
			if c.Health != nil && len(c.Health.Test) > 1 {
				health = c.Health.Test[0]
			}
		case *instructions.EntrypointCommand:
			entrypoint = "shell"
			if !c.PrependShell {
				entrypoint = "exec"
			}
		case *instructions.CopyCommand:
			if slices.Contains(c.SourcePaths, ".") {
				faults = append(faults, "COPY . puts the sources into the image")
			}
		}
	}
	if !ordinary(user) {
		faults = append(faults, "USER is not a number other than 0, so that Kubernetes could know it for nobody special")
	}
	if health != "CMD" {
		faults = append(faults, "HEALTHCHECK is missing, or needs a shell")
	}
	if entrypoint != "exec" {
		faults = append(faults, "ENTRYPOINT is a shell's, which passes no signal on")
	}
	return faults
}

// ordinary users are numbers, and not root.
func ordinary(user string) bool {
	return regexp.MustCompile(`^[1-9][0-9]*(:[1-9][0-9]*)?$`).MatchString(user)
}

// exactImage tells whether a name says which version: a digest, or a tag with a number that has a dot.
func exactImage(image string) bool {
	if _, digest, ok := strings.Cut(image, "@"); ok {
		return strings.HasPrefix(digest, "sha256:")
	}
	_, tag, ok := strings.Cut(image[strings.LastIndex(image, "/")+1:], ":")
	return ok && regexp.MustCompile(`^v?[0-9]+\.[0-9]`).MatchString(tag)
}
