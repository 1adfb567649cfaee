package config

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"time"
	_ "time/tzdata" // time zones also on machines that have no list of them

	"github.com/caarlos0/env/v11"
)

// LoadOptions says where the settings come from. Flags beat the environment,
// the environment beats the .env file, and that beats the defaults.
type LoadOptions struct {
	// Flags are the settings given on the command line, by setting name.
	Flags map[string]string
	// Environ is the environment as os.Environ returns it.
	Environ []string
	// EnvFile is the path of the .env file; empty = none. It need not exist.
	EnvFile string
	// WithoutJWTSecret is for commands that neither issue nor read tokens: an
	// absent secret is then no fault, and none is made.
	WithoutJWTSecret bool
}

// Load reads and checks all settings. The error is a Faults with everything
// that is wrong. Nothing is written before all settings are good, and then at
// most the JWT secret.
func Load(options LoadOptions) (*Config, error) {
	values, err := gather(options)
	if err != nil {
		return nil, err
	}
	var c Config
	faults := c.parse(values)
	c.keepOtel(values)
	faults = append(faults, c.check(options)...)
	if len(faults) > 0 {
		return nil, faults.inOrder(values)
	}
	c.derive()
	c.Warnings = unknownSettings(values)
	if !options.WithoutJWTSecret && c.JWTSecret == "" {
		if err := c.keepJWTSecret(); err != nil {
			return nil, err
		}
	}
	return &c, nil
}

// gather merges all sources. An empty value is as good as an absent one, but
// it hides one from a weaker source.
func gather(options LoadOptions) (map[string]string, error) {
	values := make(map[string]string)
	for _, setting := range Settings() {
		values[setting.Name] = setting.Default
	}
	file, err := readEnvFile(options.EnvFile)
	if err != nil {
		return nil, err
	}
	for _, source := range []map[string]string{file, env.ToMap(options.Environ), options.Flags} {
		maps.Copy(values, source)
	}
	for _, setting := range Settings() {
		if values[setting.Name] == "" {
			values[setting.Name] = setting.Default
		}
	}
	return values, nil
}

// parse fills c from the values and returns those of the wrong type.
func (c *Config) parse(values map[string]string) Faults {
	err := env.ParseWithOptions(c, env.Options{
		Environment: values,
		FuncMap:     map[reflect.Type]env.ParserFunc{reflect.TypeFor[time.Location](): parseZone},
	})
	var all env.AggregateError
	errors.As(err, &all) // the only kind of error that env returns
	var faults Faults
	for _, err := range all.Errors {
		var wrong env.ParseError
		if !errors.As(err, &wrong) {
			panic(fmt.Sprintf("config.Config: %v", err)) // a field of a type that env cannot read
		}
		faults = append(faults, Fault{Setting: settingOf(wrong.Name)})
	}
	return faults
}

// settingOf returns the setting that a field of Config holds.
func settingOf(field string) string {
	found, _ := reflect.TypeFor[Config]().FieldByName(field)
	return found.Tag.Get("env")
}

func parseZone(name string) (any, error) {
	if name == "Local" { // only this machine knows what that is; PostgreSQL doesn't
		return nil, errors.New("no zone is called Local")
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, err
	}
	return *zone, nil
}
