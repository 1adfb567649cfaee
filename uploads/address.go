package uploads

import (
	"errors"
	"net/url"
	"strings"
)

// CheckPlace says what is wrong with the address of a folder, as a path or as a URL, or of a bucket with a path in it.
func CheckPlace(address string) error {
	if !strings.Contains(address, "://") {
		return nil
	}
	plain, err := BucketURL(address)
	if err != nil {
		return err
	}
	return CheckURL(plain)
}

// BucketURL is s3://bucket/prefix with the prefix as a parameter, as gocloud.dev/blob wants it; other addresses stay as they are.
func BucketURL(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", errors.New("it is not a URL") // the parser's own words repeat it, and it may hold a secret
	}
	path := strings.Trim(u.Path, "/")
	if u.Scheme != "s3" || path == "" {
		return address, nil
	}
	query := u.Query()
	if query.Has("prefix") {
		return "", errors.New("it has a path and the parameter prefix; one will do")
	}
	query.Set("prefix", path+"/")
	u.Path, u.RawQuery = "", query.Encode()
	return u.String(), nil
}

// InBucket tells whether the store at an address, which may be empty, is none in a folder.
func InBucket(address string) bool { return strings.HasPrefix(address, "s3://") }
