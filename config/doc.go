// Package config turns flags, the environment and the .env file into one
// checked Config, and knows every setting's name, default and meaning.
//
// A new setting is a row in the table of settings.go, a field of Config, and,
// where its type alone does not say what is allowed, a line in check.go.
// Values that are not settings, and anything that uses the settings (opening
// the database, listening), do not belong here. No other package reads the
// environment.
package config
