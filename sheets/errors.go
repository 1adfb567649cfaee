package sheets

import (
	"errors"
	"fmt"
)

// FileError says what is wrong with a file as such, and what to do about it. Its message may be shown to the
// person who sent the file. It matches (errors.Is) one of the Err… values of this package.
type FileError struct {
	Message string
	kind    error
}

// Error returns the public message.
func (e *FileError) Error() string { return e.Message }

// Unwrap returns the Err… value that e is a case of; nil for those values themselves.
func (e *FileError) Unwrap() error { return e.kind }

// The kinds of FileError. Everything else that this package returns is an error of the machine, not of the file.
var (
	// ErrNotATable: neither CSV nor Excel, or a sheet in which no table of students can be made out.
	ErrNotATable = &FileError{Message: "This is not a table. Send an Excel workbook (.xlsx) or a CSV file (.csv)."}
	// ErrEmpty: no cell, or headings with nothing below them.
	ErrEmpty = &FileError{Message: "The file is empty. Put the column headings in the first line and one student in each line below."}
	// ErrTooLarge: more rows, columns or text than this package reads.
	ErrTooLarge = &FileError{Message: "The file is too large. Split it into several files."}
	// ErrProtected: an Excel file of the old format or one with a password; from outside they look the same.
	ErrProtected = &FileError{Message: "This is an old (.xls) or password-protected Excel file. Open it in Excel and save it as .xlsx or .csv without a password."}
	// ErrDamaged: an Excel or CSV file that cannot be read to its end.
	ErrDamaged = &FileError{Message: "The file is damaged or incomplete. Open it in Excel, save it again as .xlsx or .csv and send that."}
)

// fileError makes a FileError of the given kind with its own message.
func fileError(kind *FileError, format string, args ...any) error {
	return &FileError{Message: fmt.Sprintf(format, args...), kind: kind}
}

// isFileError tells whether err already has a message for the sender.
func isFileError(err error) bool {
	var fe *FileError
	return errors.As(err, &fe)
}
