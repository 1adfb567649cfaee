//go:build !linux

package cli_test

// enterReadOnlyRoot is for Linux.
func enterReadOnlyRoot() {}
