package check

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
)

// Load reads a compose file as Compose itself does, with none of the variables set. Files that it names are not read.
func Load(files fs.FS, name string) (*types.Project, error) {
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	details := types.ConfigDetails{
		WorkingDir: "/" + path.Dir(name), Environment: types.Mapping{},
		ConfigFiles: []types.ConfigFile{{Filename: name, Content: text}},
	}
	return loader.LoadWithContext(context.Background(), details, func(o *loader.Options) {
		o.SkipResolveEnvironment = true
		o.Profiles = []string{"*"}
		o.SetProjectName("check", false)
	})
}

// Compose says what is wrong with a compose file.
func Compose(files fs.FS, name string) (faults []string, err error) {
	project, err := Load(files, name)
	if err != nil {
		return nil, err
	}
	for _, service := range project.ServiceNames() {
		for _, fault := range serviceFaults(project, project.Services[service]) {
			faults = append(faults, service+": "+fault)
		}
	}
	return append(faults, unusedFaults(project)...), nil
}

func serviceFaults(project *types.Project, s types.ServiceConfig) (faults []string) {
	need := func(is bool, fault string, args ...any) {
		if !is {
			faults = append(faults, fmt.Sprintf(fault, args...))
		}
	}
	once := s.Restart == "no"
	need(s.ReadOnly, "its root can be written to")
	need(slices.Equal(s.CapDrop, []string{"ALL"}), "it keeps capabilities")
	need(slices.Contains(s.SecurityOpt, "no-new-privileges:true"), "it may gain rights")
	need(!s.Privileged && s.NetworkMode != "host" && s.Pid == "" && s.Ipc == "", "it shares the machine's namespaces, or is privileged")
	need(s.MemLimit > 0, "its memory has no limit")
	need(s.PidsLimit > 0 || s.Deploy != nil && s.Deploy.Resources.Limits != nil && s.Deploy.Resources.Limits.Pids > 0, "its processes have no limit")
	need(s.Logging != nil && s.Logging.Options["max-size"] != "", "its log grows for ever")
	need(s.Restart == "unless-stopped" || once, "it is not started again")
	need(once || s.HealthCheck != nil && len(s.HealthCheck.Test) > 1 && s.HealthCheck.Test[0] == "CMD", "nobody asks for its health, or a shell is needed for it")
	need(once || s.StopGracePeriod != nil, "it is killed after ten seconds")
	need(s.Build != nil || exactImage(s.Image) || built(project, s.Image), "its image %s is no exact version", s.Image)
	// Once, and with one right alone, a service may be root: to give a volume away.
	need(s.User != "root" && s.User != "0" && s.User != "0:0" || once && slices.Equal(s.CapAdd, []string{"CHOWN"}) && s.NetworkMode == "none", "it is root")
	need(len(s.CapAdd) == 0 || once, "it gets capabilities")
	for _, port := range s.Ports {
		need(port.HostIP == "127.0.0.1", "its port %s is open to everybody, past the machine's firewall", port.Published)
	}
	for name, value := range s.Environment {
		secret := regexp.MustCompile(`(?i)(password|secret|token|database_url|key)$`).MatchString(name)
		need(!secret || value == nil || *value == "", "the value of %s is in the file", name)
		need(value == nil || !regexp.MustCompile(`://[^/@]*:[^/@]+@`).MatchString(*value), "the value of %s has a password", name)
	}
	for other, condition := range s.DependsOn {
		need(condition.Condition != types.ServiceConditionStarted, "it does not wait until %s is ready", other)
		need(condition.Condition != types.ServiceConditionHealthy || project.Services[other].HealthCheck != nil, "%s has no health to wait for", other)
		need(condition.Condition != types.ServiceConditionCompletedSuccessfully || project.Services[other].Restart == "no", "%s never completes", other)
	}
	for _, volume := range s.Volumes {
		need(volume.Type != types.VolumeTypeBind || volume.ReadOnly, "it can write to the machine's %s", volume.Source)
	}
	return faults
}

// built tells whether another service makes an image.
func built(project *types.Project, image string) bool {
	for _, s := range project.Services {
		if s.Build != nil && s.Image == image {
			return true
		}
	}
	return false
}

// unusedFaults are volumes and secrets that no service has; the other way round the loader finds.
func unusedFaults(project *types.Project) (faults []string) {
	used := map[string]bool{}
	for _, s := range project.Services {
		for _, secret := range s.Secrets {
			used["secret "+secret.Source] = true
		}
		for _, volume := range s.Volumes {
			used["volume "+volume.Source] = true
		}
	}
	for name, secret := range project.Secrets {
		if !used["secret "+name] {
			faults = append(faults, "nothing uses the secret "+name)
		}
		if !strings.Contains(secret.File, "/secrets/") {
			faults = append(faults, "the secret "+name+" is not a file of ./secrets")
		}
	}
	for name := range project.Volumes {
		if !used["volume "+name] {
			faults = append(faults, "nothing uses the volume "+name)
		}
	}
	return faults
}
