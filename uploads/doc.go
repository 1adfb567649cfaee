// Package uploads keeps files: the job descriptions and lists that people send, and the tables that jobs make for them.
//
// Here belongs where a file lies, what it is called there, how large it may be, and the signed links by which a
// browser may open one. Who may send or see a file, what a file means, and HTTP itself do not belong here.
//
// Files lie in a bucket of gocloud.dev/blob: a folder, or a bucket of S3 or something that speaks like it. A file is
// complete or it is not there. In a folder it is written under a temporary name on the same file system and renamed when
// everything has arrived; S3 itself shows an object when it is whole.
package uploads
