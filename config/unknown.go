package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

const ownPrefix = "PLACEOPS_"

// unknownSettings warns about names that look like settings but are none.
func unknownSettings(values map[string]string) []string {
	var warnings []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !strings.HasPrefix(name, ownPrefix) || settingNamed(name).Help != "" || fromKubernetes(name, values[name]) {
			continue
		}
		warning := name + " is not a setting of placeops and has no effect"
		if near := nearestSetting(name); near != "" {
			warning += fmt.Sprintf("; did you mean %s?", near)
		}
		warnings = append(warnings, warning)
	}
	return warnings
}

// fromKubernetes recognises the variables that Kubernetes sets for a service
// that is itself called placeops.
func fromKubernetes(name, value string) bool {
	return strings.HasPrefix(name, ownPrefix+"SERVICE_") ||
		strings.HasPrefix(name, ownPrefix+"PORT_") ||
		strings.HasPrefix(value, "tcp://")
}

// nearestSetting returns the setting whose name is most like the given one, or
// "" when none is near: at most a third of the letters may differ. The prefix
// does not count, so that PLACEOPS_PORT leads to PORT.
func nearestSetting(name string) string {
	name = strings.TrimPrefix(name, ownPrefix)
	nearest, least := "", len(name)/3+1
	for _, setting := range Settings() {
		distance := editDistance(name, strings.TrimPrefix(setting.Name, ownPrefix))
		if distance < least {
			nearest, least = setting.Name, distance
		}
	}
	return nearest
}

// editDistance counts the letters to insert, delete or replace to turn a into b.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replace := diagonal
			if a[i] != b[j] {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
