package config

import (
	"fmt"
	"slices"
	"strings"
)

// Fault is one setting that cannot be used.
type Fault struct {
	// Setting is the setting's name, or the path of the .env file.
	Setting string
	// Value is what it was set to; empty for a secret or for none.
	Value string
	// Detail replaces the usual sentence about what is allowed.
	Detail string
}

// Error names the setting and says what is allowed.
func (f Fault) Error() string {
	if f.Detail != "" {
		return f.Setting + " " + f.Detail
	}
	message := f.Setting + " must be " + settingNamed(f.Setting).Allowed
	if f.Value != "" {
		message += fmt.Sprintf(", not %q", f.Value)
	}
	return message
}

// Faults are all settings that cannot be used, in the order of Settings.
type Faults []Fault

// Error is one line with all faults.
func (f Faults) Error() string {
	messages := make([]string, len(f))
	for i, fault := range f {
		messages[i] = fault.Error()
	}
	return strings.Join(messages, "; ")
}

// inOrder sorts the faults, drops the second one of a setting, and adds the
// values of those that are not secret.
func (f Faults) inOrder(values map[string]string) Faults {
	var ordered Faults
	for _, setting := range Settings() {
		i := slices.IndexFunc(f, func(fault Fault) bool { return fault.Setting == setting.Name })
		if i < 0 {
			continue
		}
		fault := f[i]
		if !setting.Secret {
			fault.Value = values[setting.Name]
		}
		ordered = append(ordered, fault)
	}
	return ordered
}
