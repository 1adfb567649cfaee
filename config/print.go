package config

import (
	"fmt"
	"log/slog"
	"reflect"
	"strings"

	"github.com/jackc/pgx/v5"
)

// LogValue lets slog write every setting, secrets hidden.
func (c Config) LogValue() slog.Value {
	var attrs []slog.Attr
	for _, setting := range Settings() {
		attrs = append(attrs, slog.String(setting.Name, c.shown(setting)))
	}
	return slog.GroupValue(attrs...)
}

// String returns every setting as a NAME=value line, secrets hidden.
func (c Config) String() string {
	var b strings.Builder
	for _, setting := range Settings() {
		fmt.Fprintf(&b, "%s=%s\n", setting.Name, c.shown(setting))
	}
	return b.String()
}

// Format keeps secrets hidden whatever verb the Config is printed with.
func (c Config) Format(state fmt.State, _ rune) {
	_, _ = state.Write([]byte(c.String()))
}

func (c Config) shown(setting Setting) string {
	value := c.field(setting.Name)
	switch {
	case setting.Name == "DATABASE_URL":
		return databaseWithoutPassword(c.DatabaseURL)
	case value != "" && (setting.Name == "DATABASE_REPLICA_URL" || setting.Name == "PLACEOPS_DATABASE_DIRECT_URL"):
		return databaseWithoutPassword(value)
	case setting.Secret && value == "":
		return "(not set)"
	case setting.Secret:
		return "(hidden)"
	}
	return value
}

// field returns the text of the field that holds a setting.
func (c Config) field(name string) string {
	config := reflect.ValueOf(c)
	for i := range config.NumField() {
		if config.Type().Field(i).Tag.Get("env") == name {
			return fmt.Sprint(config.Field(i).Interface())
		}
	}
	return ""
}

// databaseWithoutPassword names the server anew from its parts. Blanking the
// password out of the URL could miss one written in an unusual way.
func databaseWithoutPassword(url string) string {
	if url == "" {
		return "(embedded)"
	}
	parsed, err := pgx.ParseConfig(url)
	if err != nil {
		return "(hidden)"
	}
	return fmt.Sprintf("host=%s port=%d user=%s database=%s password=(hidden)", parsed.Host, parsed.Port, parsed.User, parsed.Database)
}
