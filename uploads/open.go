package uploads

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"gocloud.dev/blob"
	_ "gocloud.dev/blob/s3blob" // answers to s3:// in blob.OpenBucket
)

// reachTime bounds how long a bucket may take to answer at the start. Without credentials the client would look for them
// on the network for much longer.
const reachTime = 20 * time.Second

// CheckURL says what is wrong with the address of a store: file:///folder or s3://bucket?region=…
func CheckURL(address string) error {
	_, err := parse(address)
	return err
}

func parse(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("it is not a URL") // the parser's own words repeat it, and it may hold a secret
	}
	switch {
	case u.User != nil:
		return nil, errors.New("a password does not belong in the URL; S3 keys are read from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
	case u.Scheme == "file" && u.Host == "" && filepath.IsAbs(u.Path) && u.RawQuery == "":
		return u, nil
	case u.Scheme == "s3" && u.Host != "" && strings.Trim(u.Path, "/") == "":
		return u, nil
	}
	return nil, errors.New("it is neither file:///folder nor s3://bucket?region=…")
}

// OpenURL opens the store at an address: file:///folder, which is Open, or s3://bucket with the parameters region,
// endpoint, use_path_style, prefix and the others of gocloud.dev/blob/s3blob. The keys to a bucket come from where
// Amazon's clients look for them: the environment, a profile, the machine's role. A bucket that cannot be written to is
// an error here and not at the first upload. ToTempFile puts its copies of a bucket's files into tempDir.
func OpenURL(ctx context.Context, address, tempDir string) (*Store, error) {
	u, err := parse(address)
	if err != nil {
		return nil, fmt.Errorf("uploads: the address of the store is wrong: %w", err)
	}
	if u.Scheme == "file" {
		return Open(ctx, filepath.FromSlash(u.Path))
	}
	if err := checkFolder(tempDir); err != nil {
		return nil, err
	}
	bucket, err := blob.OpenBucket(ctx, address)
	if err != nil {
		return nil, fmt.Errorf("uploads bucket %s: %w", u.Host, err)
	}
	if err := checkBucket(ctx, bucket); err != nil {
		return nil, errors.Join(fmt.Errorf("uploads bucket %s cannot be written to; check its name, region and endpoint, and the keys "+
			"(AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY): %w", u.Host, err), bucket.Close())
	}
	return &Store{bucket: bucket, tempDir: tempDir}, nil
}

// checkBucket writes to the bucket once.
func checkBucket(ctx context.Context, bucket *blob.Bucket) error {
	ctx, cancel := context.WithTimeout(ctx, reachTime)
	defer cancel()
	key, err := newKey(Export, time.Now())
	if err != nil {
		return err
	}
	if err := bucket.WriteAll(ctx, key, nil, nil); err != nil {
		return err
	}
	return bucket.Delete(ctx, key)
}
