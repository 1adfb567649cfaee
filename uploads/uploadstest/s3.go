// Package uploadstest gives tests a real S3 server on this machine. It is for tests alone.
package uploadstest

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"time"
)

const (
	gatewayVersion = "1.8.0"
	accessKey      = "placeops-test"
	secretKey      = "a secret of the tests"
	startTime      = 30 * time.Second
)

// keys are the settings with which Amazon's client gets in, and looks nowhere else for keys.
var keys = map[string]string{
	"AWS_ACCESS_KEY_ID": accessKey, "AWS_SECRET_ACCESS_KEY": secretKey, "AWS_EC2_METADATA_DISABLED": "true",
	"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
}

// SetKeys gives this process the keys to the server. Call it in TestMain.
func SetKeys() {
	for name, value := range keys {
		if err := os.Setenv(name, value); err != nil {
			panic(err)
		}
	}
}

// Keys are the keys to the server for another process, as its environment takes them.
func Keys() (environment []string) {
	for name, value := range keys {
		environment = append(environment, name+"="+value)
	}
	return environment
}

// S3 is versitygw, a real S3 server that keeps its buckets in a folder.
type S3 struct {
	dir     string
	address string
	process *exec.Cmd
	exited  chan struct{}
	buckets atomic.Int64
}

// StartS3 starts a server, which the caller stops.
func StartS3() (*S3, error) {
	s := &S3{}
	if err := s.start(); err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

func (s *S3) start() error {
	program, err := gatewayProgram()
	if err != nil {
		return err
	}
	if s.dir, err = os.MkdirTemp("", "placeops-s3-test-"); err != nil {
		return err
	}
	for _, folder := range []string{"buckets", "metadata"} {
		if err := os.Mkdir(filepath.Join(s.dir, folder), 0o750); err != nil {
			return err
		}
	}
	if s.address, err = FreeAddress(); err != nil {
		return err
	}
	//nolint:noctx // it ends with Stop
	s.process = exec.Command(program, "--quiet", "--access", accessKey, "--secret", secretKey, "--port", s.address,
		"posix", "--sidecar", filepath.Join(s.dir, "metadata"), filepath.Join(s.dir, "buckets"))
	var output strings.Builder
	s.process.Stdout, s.process.Stderr = &output, &output
	if err := s.process.Start(); err != nil {
		return err
	}
	s.exited = make(chan struct{})
	go func() {
		_ = s.process.Wait() // how it ended says the output
		close(s.exited)
	}()
	return s.waitUntilItListens(&output)
}

func (s *S3) waitUntilItListens(output fmt.Stringer) error {
	deadline := time.After(startTime)
	for {
		select {
		case <-s.exited:
			return fmt.Errorf("versitygw ended: %s", output)
		case <-deadline:
			return errors.New("versitygw does not listen")
		case <-time.After(10 * time.Millisecond):
		}
		if conn, err := net.Dial("tcp", s.address); err == nil { //nolint:noctx // on this machine
			return conn.Close()
		}
	}
}

// gatewayProgram finds versitygw, or installs it where make does: it is a tool, and nothing that placeops needs.
func gatewayProgram() (string, error) {
	if program := os.Getenv("PLACEOPS_TEST_VERSITYGW"); program != "" {
		return program, nil
	}
	_, here, _, _ := runtime.Caller(0)
	folder := filepath.Join(filepath.Dir(here), "..", "..", ".tools", "versitygw-"+gatewayVersion)
	program := filepath.Join(folder, "versitygw")
	if _, err := os.Stat(program); err == nil {
		return program, nil
	}
	//nolint:noctx // go has time limits of its own
	install := exec.Command("go", "install", "github.com/versity/versitygw/cmd/versitygw@v"+gatewayVersion)
	install.Env = append(os.Environ(), "GOBIN="+folder)
	install.Dir = os.TempDir() // outside of this module
	if output, err := install.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go install versitygw: %w: %s", err, output)
	}
	return program, nil
}

// FreeAddress is an address of this machine on which nobody listens.
func FreeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // on this machine
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

// Stop ends the server and removes its buckets.
func (s *S3) Stop() {
	if s.exited != nil {
		_ = s.process.Process.Kill() // its folder goes with it
		<-s.exited
	}
	if s.dir != "" {
		_ = os.RemoveAll(s.dir)
	}
}

// NewBucket makes a bucket and returns its address for uploads.OpenURL.
func (s *S3) NewBucket() (string, error) {
	name := fmt.Sprintf("bucket-%d", s.buckets.Add(1))
	return s.URL(name), os.Mkdir(filepath.Join(s.dir, "buckets", name), 0o750)
}

// URL is the address of a bucket, which need not be there.
func (s *S3) URL(bucket string) string {
	query := url.Values{"region": {"us-east-1"}, "endpoint": {"http://" + s.address}, "use_path_style": {"true"}}
	return "s3://" + bucket + "?" + query.Encode()
}
