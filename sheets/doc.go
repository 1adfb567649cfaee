// Package sheets reads and writes the files that people keep their lists in: CSV and Excel.
//
// Here belongs what a file looks like: its encoding, delimiter, headings, cells and the limits on them, and the
// meaning of one row of a student sheet. What a row does to the database, who may upload it and how an error
// becomes an HTTP answer do not belong here; this package knows neither a database nor HTTP.
//
// Reading streams: a file of any number of rows needs the memory of one row, of the distinct texts that an
// Excel file shares between its cells, and of the roll numbers and e-mails that must not come twice.
//
// Excel files are read from their XML directly. A reader that must not import half a list has to notice a sheet
// that breaks off or is not well-formed, and has to know that a cell holding 0.85 is shown as 85%.
package sheets
