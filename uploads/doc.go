// Package uploads keeps the files that people send: job descriptions and lists to import.
//
// Here belongs where a file lies, what it is called there, how large it may be, and the signed links by which a
// browser may open one. Who may send or see a file, what a file means, and HTTP itself do not belong here.
//
// Files lie in a bucket of gocloud.dev/blob. Today that is a folder; another kind of bucket needs another Open and
// nothing else. A file is complete or it is not there: it is written under a temporary name on the same file system
// and renamed when everything has arrived.
package uploads
