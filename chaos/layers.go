package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"placeops/deploy/scaling"
	"placeops/postgres"
)

// The shapes of docs/scaling.md: three placeops on one database, and one thing more, before or behind them.
const (
	haproxy   shape = "haproxy"   // clients come through a load balancer
	nginx     shape = "nginx"     // the same
	pgbouncer shape = "pgbouncer" // a pooler by transaction before PostgreSQL
	replica   shape = "replica"   // long lists are read from a streaming replica
	patroni   shape = "patroni"   // PostgreSQL on three nodes that replace each other
	bucket    shape = "s3"        // uploads in an S3 bucket
)

var scalingShapes = []shape{haproxy, nginx, pgbouncer, replica, patroni, bucket}

const (
	placeopsDrained fault = "placeops stopped in order, and started"
	poolerKilled    fault = "PgBouncer killed"
	replayPaused    fault = "the replica falls behind"
	replicaKilled   fault = "the replica killed"
	storeKilled     fault = "the S3 server killed"
	leaderKilled    fault = "the leader's machine lost (Patroni and PostgreSQL killed)"
	leaderDatabase  fault = "the leader's PostgreSQL killed"
)

// layerFaults are the faults of processes in each shape.
var layerFaults = map[shape][]fault{
	haproxy:   {placeopsKilled, placeopsDrained, placeopsPaused, postgresKilled, backendKilled},
	nginx:     {placeopsKilled, placeopsDrained, placeopsPaused, postgresKilled, backendKilled},
	pgbouncer: {placeopsKilled, startKilled, poolerKilled, postgresKilled, backendKilled, placeopsPaused},
	replica:   {placeopsKilled, replayPaused, replicaKilled, postgresKilled, backendKilled, placeopsPaused},
	patroni:   {placeopsKilled, leaderKilled, leaderDatabase},
	bucket:    {placeopsKilled, storeKilled, startKilled},
}

// layers are what a shape has beside placeops.
type layers struct {
	front       string // where clients go; "": to any placeops
	databaseURL string // for this program; "": the outside PostgreSQL's
	bucket      string // the folder that an S3 server shows as a bucket
	balancer    *daemon
	pooler      *daemon
	store       *daemon
	standby     *standby
	cluster     *cluster
}

func (l *layers) end() error {
	var errs []error
	for _, d := range []*daemon{l.balancer, l.pooler, l.store} {
		if d != nil {
			errs = append(errs, d.end())
		}
	}
	if l.standby != nil {
		errs = append(errs, l.standby.end())
	}
	if l.cluster != nil {
		errs = append(errs, l.cluster.end())
	}
	return errors.Join(errs...)
}

// startLayers starts what there is of a shape; placeops comes later.
func (in *install) startLayers(ctx context.Context) error {
	if in.shape == patroni {
		return in.startCluster(ctx)
	}
	bin, err := installedPostgres()
	if err != nil {
		return err
	}
	in.postgres, err = postgres.Start(ctx, postgres.Config{
		Dir: in.data(), BinDir: bin, Durable: true, Logger: in.logger(), Settings: map[string]string{"wal_keep_size": "256MB"},
	})
	if err != nil {
		return err
	}
	switch in.shape {
	case pgbouncer:
		return in.startPooler()
	case replica:
		return in.startReplica(ctx, bin)
	case bucket:
		return in.startBucket()
	}
	return in.startBalancer()
}

// installedPostgres is the newest PostgreSQL of the distribution, which has pg_basebackup beside it.
func installedPostgres() (bin string, err error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin") // the pattern is good
	if len(found) == 0 {
		return "", errors.New("PostgreSQL is not installed: apt-get install postgresql")
	}
	return slices.Max(found), nil
}

// addProcesses makes three placeops with some settings. Each has a port of its own, so that a load balancer knows it.
func (in *install) addProcesses(settings ...string) (addresses []string, err error) {
	if addresses, err = freeAddresses(processesOutside); err != nil {
		return nil, err
	}
	for n, address := range addresses {
		in.processes = append(in.processes, &placeops{in: in, settings: append([]string{
			"PORT=" + portOf(address), "PLACEOPS_DB_MAX_CONNS=16", "PLACEOPS_UPLOADS_DIR=" + filepath.Join(in.data(), "uploads"),
			"PLACEOPS_DATA_DIR=" + filepath.Join(in.dir, fmt.Sprintf("unused-%d", n)),
		}, settings...)})
	}
	return addresses, nil
}

func portOf(address string) string { return address[len("127.0.0.1:"):] }

const drainTime = 4 * time.Second

// startBalancer starts HAProxy or nginx with the example of docs/scaling.md, before processes that are not there yet.
func (in *install) startBalancer() error {
	backends, err := in.addProcesses("DATABASE_URL="+in.postgres.URL(), "PLACEOPS_TRUSTED_PROXIES=127.0.0.1", "PLACEOPS_DRAIN_TIME="+drainTime.String())
	if err != nil {
		return err
	}
	port, err := freePort()
	if err != nil {
		return err
	}
	front := fmt.Sprintf("127.0.0.1:%d", port)
	prepare := map[shape]func(string, []string) (*daemon, error){haproxy: in.haproxy, nginx: in.nginx}[in.shape]
	if in.layers.balancer, err = prepare(front, backends); err != nil {
		return err
	}
	if err := in.layers.balancer.start(); err != nil {
		return err
	}
	in.layers.front = "http://" + front
	return in.awaitListening(front)
}

// pointed replaces the example's three placeops.
func pointed(backends []string) (replaced []string) {
	for n, backend := range backends {
		replaced = append(replaced, fmt.Sprintf("10.0.0.1%d:5000", n+1), backend)
	}
	return replaced
}

func (in *install) haproxy(front string, backends []string) (*daemon, error) {
	path, err := installedProgram("haproxy", "haproxy")
	if err != nil {
		return nil, err
	}
	dir, err := in.daemonFolder("haproxy")
	if err != nil {
		return nil, err
	}
	text, err := scaling.Filled("haproxy.cfg", append(pointed(backends), "bind :80", "bind "+front)...)
	if err != nil {
		return nil, err
	}
	config, err := writeFor(dir, "haproxy.cfg", text)
	return &daemon{in: in, dir: dir, program: path, args: []string{"-db", "-f", config}}, err
}

// nginxAround is what Debian's nginx.conf does around the example, for a user who may write in one folder.
const nginxAround = `daemon off; pid %[1]s/nginx.pid; error_log stderr warn; worker_processes 2;
events { worker_connections 4096; }
http {
    access_log off;
    client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy; fastcgi_temp_path %[1]s/fastcgi; uwsgi_temp_path %[1]s/uwsgi; scgi_temp_path %[1]s/scgi;
    include %[1]s/placeops.conf;
}
`

func (in *install) nginx(front string, backends []string) (*daemon, error) {
	path, err := installedProgram("nginx", "nginx")
	if err != nil {
		return nil, err
	}
	dir, err := in.daemonFolder("nginx")
	if err != nil {
		return nil, err
	}
	text, err := scaling.Filled("nginx.conf", append(pointed(backends), "listen 80;", "listen "+front+";")...)
	if err != nil {
		return nil, err
	}
	if _, err := writeFor(dir, "placeops.conf", text); err != nil {
		return nil, err
	}
	config, err := writeFor(dir, "nginx.conf", fmt.Sprintf(nginxAround, dir))
	return &daemon{in: in, dir: dir, program: path, args: []string{"-e", "stderr", "-c", config}}, err
}

// startPooler starts PgBouncer before PostgreSQL's socket. There is no way past it for placeops: what migrates goes through it.
func (in *install) startPooler() error {
	path, err := installedProgram("pgbouncer", "pgbouncer")
	if err != nil {
		return err
	}
	dir, err := in.daemonFolder("pgbouncer")
	if err != nil {
		return err
	}
	users, err := writeFor(dir, "userlist.txt", "\"placeops\" \"\"\n")
	if err != nil {
		return err
	}
	port, err := freePort()
	if err != nil {
		return err
	}
	text, err := scaling.Filled("pgbouncer.ini",
		"host=10.0.0.21 port=5432", "host="+socketOf(in.postgres)+" port=5432",
		"listen_addr = 10.0.0.41", "listen_addr = 127.0.0.1", "listen_port = 6432", fmt.Sprintf("listen_port = %d", port),
		"auth_type = scram-sha-256", "auth_type = trust", "/etc/pgbouncer/userlist.txt", users,
		"/var/log/postgresql/pgbouncer.log", filepath.Join(dir, "pgbouncer.log"), "/run/postgresql/pgbouncer.pid", filepath.Join(dir, "pgbouncer.pid"))
	if err != nil {
		return err
	}
	config, err := writeFor(dir, "pgbouncer.ini", text)
	if err != nil {
		return err
	}
	in.layers.pooler = &daemon{in: in, dir: dir, program: path, args: []string{"-q", config}}
	if err := in.layers.pooler.start(); err != nil {
		return err
	}
	address := fmt.Sprintf("127.0.0.1:%d", port)
	if err := in.awaitListening(address); err != nil {
		return err
	}
	_, err = in.addProcesses("DATABASE_URL=postgres://placeops@"+address+"/placeops?sslmode=disable", "PLACEOPS_DATABASE_POOLER=transaction")
	return err
}

const (
	storeKey    = "placeops-chaos"
	storeSecret = "a key of the chaos harness"
)

// startBucket starts an S3 server, which keeps its buckets as folders.
func (in *install) startBucket() error {
	path, err := versitygw()
	if err != nil {
		return err
	}
	dir, err := in.daemonFolder("s3")
	if err != nil {
		return err
	}
	in.layers.bucket = filepath.Join(dir, "buckets", "placeops")
	for _, folder := range []string{filepath.Dir(in.layers.bucket), in.layers.bucket, filepath.Join(dir, "metadata")} {
		if err := os.Mkdir(folder, 0o700); err != nil {
			return err
		}
	}
	port, err := freePort()
	if err != nil {
		return err
	}
	address := fmt.Sprintf("127.0.0.1:%d", port)
	in.layers.store = &daemon{
		in: in, dir: dir, program: path, args: []string{"--quiet", "--port", address, "--access", storeKey, "--secret", storeSecret, "posix", "--sidecar", filepath.Join(dir, "metadata"), filepath.Dir(in.layers.bucket)},
		keepUser: true,
	}
	if err := in.layers.store.start(); err != nil {
		return err
	}
	if err := in.awaitListening(address); err != nil {
		return err
	}
	_, err = in.addProcesses("DATABASE_URL="+in.postgres.URL(), "AWS_ACCESS_KEY_ID="+storeKey, "AWS_SECRET_ACCESS_KEY="+storeSecret,
		"PLACEOPS_UPLOADS_URL=s3://placeops?region=us-east-1&use_path_style=true&endpoint=http://"+address)
	return err
}

// versitygw is what `make .tools/…/versitygw` has built, found from the repository's root.
func versitygw() (string, error) {
	found, _ := filepath.Glob(".tools/versitygw-*/versitygw") // the pattern is good
	if len(found) == 0 {
		return "", errors.New("versitygw is not built: make versitygw, and run this from the repository's root")
	}
	return filepath.Abs(slices.Max(found))
}

// injectLayer injects a fault of a shape of docs/scaling.md.
func (r *run) injectLayer(kind fault, victim *placeops, d time.Duration) error {
	l := &r.in.layers
	switch kind {
	case placeopsDrained:
		return errors.Join(victim.stop(), r.restart(victim))
	case poolerKilled:
		return errors.Join(l.pooler.kill(), l.pooler.start())
	case storeKilled:
		if err := l.store.kill(); err != nil {
			return err
		}
		wait(context.Background(), d)
		return l.store.start()
	case replayPaused:
		return l.standby.fallBehind(d)
	case replicaKilled:
		if err := l.standby.kill(); err != nil {
			return err
		}
		wait(context.Background(), d)
		return l.standby.start()
	case leaderKilled:
		return l.cluster.loseLeader()
	case leaderDatabase:
		return l.cluster.killLeaderDatabase()
	}
	return fmt.Errorf("there is no fault %q", kind)
}
