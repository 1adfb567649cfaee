// Package site makes web pages of the documentation: one look, a navigation, a search. It loads nothing from elsewhere and is
// whole without a script.
package site
