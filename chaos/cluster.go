package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"placeops/deploy/scaling"
)

const (
	nodesOfCluster = 3
	// takeOver is how long a new leader may take: the silence of the old one (ttl), a turn of the others, and the recovery.
	takeOver = 90 * time.Second
)

// cluster is PostgreSQL on three nodes, each looked after by Patroni, and the etcd in which they agree on a leader.
type cluster struct {
	in    *install
	etcd  *daemon
	nodes []*node
}

// node is one machine: Patroni and its PostgreSQL.
type node struct {
	*daemon
	name string
	api  string // Patroni's address
	port string // PostgreSQL's
	data string
}

// startCluster starts etcd and the nodes; the first becomes the leader.
func (in *install) startCluster(ctx context.Context) error {
	c := &cluster{in: in}
	in.layers.cluster = c
	etcd, err := c.startEtcd()
	if err != nil {
		return err
	}
	for n := range nodesOfCluster {
		if err := c.addNode(n, etcd); err != nil {
			return err
		}
		if err := c.nodes[n].start(); err != nil {
			return err
		}
		if err := c.await(ctx, fmt.Sprintf("node %d is there", n), func() bool { return c.members() > n }); err != nil {
			return err
		}
	}
	if err := c.await(ctx, "the leader has a synchronous standby", c.whole); err != nil {
		return err
	}
	in.layers.databaseURL = c.url("placeops", "read-write")
	if err := c.makeDatabase(ctx); err != nil {
		return err
	}
	// Nobody reads from a standby here: it may show what its leader has not acknowledged yet and takes with it, see docs/scaling.md.
	_, err = in.addProcesses("DATABASE_URL=" + in.layers.databaseURL)
	return err
}

func (c *cluster) makeDatabase(ctx context.Context) error {
	db, err := pgx.Connect(ctx, c.url("postgres", "read-write"))
	if err != nil {
		return err
	}
	_, err = db.Exec(ctx, "CREATE DATABASE placeops")
	return errors.Join(err, db.Close(ctx))
}

// url names all nodes; whoever connects takes the first that is what it wants.
func (c *cluster) url(database, attributes string) string {
	var hosts []string
	for _, n := range c.nodes {
		hosts = append(hosts, "127.0.0.1:"+n.port)
	}
	return fmt.Sprintf("postgres://postgres:change-this-1@%s/%s?sslmode=disable&connect_timeout=2&target_session_attrs=%s",
		strings.Join(hosts, ","), database, attributes)
}

func (c *cluster) startEtcd() (address string, err error) {
	path, err := installedProgram("etcd", "etcd-server")
	if err != nil {
		return "", err
	}
	dir, err := c.in.daemonFolder("etcd")
	if err != nil {
		return "", err
	}
	addresses, err := freeAddresses(2)
	if err != nil {
		return "", err
	}
	clients, peers := "http://"+addresses[0], "http://"+addresses[1]
	c.etcd = &daemon{in: c.in, dir: dir, program: path, args: []string{
		"--name", "etcd1", "--data-dir", filepath.Join(dir, "data"), "--listen-client-urls", clients, "--advertise-client-urls", clients,
		"--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers, "--initial-cluster", "etcd1=" + peers, "--log-level", "warn",
	}}
	return addresses[0], errors.Join(c.etcd.start(), c.in.awaitListening(addresses[0]))
}

// addNode makes a node of the example in docs/scaling.md.
func (c *cluster) addNode(number int, etcd string) error {
	path, err := installedProgram("patroni", "patroni")
	if err != nil {
		return err
	}
	bin, err := installedPostgres()
	if err != nil {
		return err
	}
	n := &node{name: fmt.Sprintf("db%d", number+1)}
	dir, err := c.in.daemonFolder(n.name)
	if err != nil {
		return err
	}
	addresses, err := freeAddresses(2)
	if err != nil {
		return err
	}
	n.api, n.port, n.data = addresses[0], portOf(addresses[1]), filepath.Join(dir, "data")
	text, err := scaling.Filled("patroni.yml", "name: db1", "name: "+n.name, "10.0.0.21:8008", n.api, "10.0.0.31:2379", etcd,
		"listen: 10.0.0.21:5432", "listen: "+addresses[1], "connect_address: 10.0.0.21:5432", "connect_address: "+addresses[1],
		"/var/lib/postgresql/15/placeops", n.data, "/usr/lib/postgresql/15/bin", bin, "/var/lib/postgresql/.pgpass-patroni", filepath.Join(dir, "pgpass"),
		"unix_socket_directories: /run/postgresql", "unix_socket_directories: "+dir, "10.0.0.0/24", "127.0.0.1/32", "local all all peer", "local all all trust")
	if err != nil {
		return err
	}
	config, err := writeFor(dir, "patroni.yml", text)
	if err != nil {
		return err
	}
	n.daemon = &daemon{in: c.in, dir: dir, program: path, args: []string{config}}
	c.nodes = append(c.nodes, n)
	return nil
}

// end stops the nodes in order, and etcd last.
func (c *cluster) end() error {
	var errs []error
	for _, n := range c.nodes {
		errs = append(errs, n.end(), n.killDatabase())
	}
	if c.etcd != nil {
		errs = append(errs, c.etcd.end())
	}
	return errors.Join(errs...)
}

// member is what Patroni says of a node.
type member struct {
	Name, Role, State string
}

// state asks any node that answers.
func (c *cluster) state() (members []member) {
	client := http.Client{Timeout: time.Second}
	for _, n := range c.nodes {
		request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://"+n.api+"/cluster", nil)
		if err != nil {
			continue
		}
		response, err := client.Do(request)
		if err != nil {
			continue
		}
		var said struct{ Members []member }
		err = json.NewDecoder(response.Body).Decode(&said)
		_ = response.Body.Close()
		if err == nil {
			return said.Members
		}
	}
	return nil
}

func (c *cluster) members() (running int) {
	for _, m := range c.state() {
		if m.State == "running" || m.State == "streaming" {
			running++
		}
	}
	return running
}

// whole tells whether all nodes run, one of them leads, and what it commits waits for another one.
func (c *cluster) whole() bool {
	leads, synchronous, running := false, false, 0
	for _, m := range c.state() {
		leads = leads || m.Role == "leader"
		synchronous = synchronous || m.Role == "sync_standby"
		if m.State == "running" || m.State == "streaming" {
			running++
		}
	}
	return leads && synchronous && running == nodesOfCluster
}

// leader is the node that answers that it is; nil while none does.
func (c *cluster) leader() *node {
	client := http.Client{Timeout: time.Second}
	for _, n := range c.nodes {
		if n.cmd == nil {
			continue
		}
		request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://"+n.api+"/primary", nil)
		if err != nil {
			continue
		}
		response, err := client.Do(request)
		if err != nil {
			continue
		}
		_ = response.Body.Close()
		if response.StatusCode == http.StatusOK {
			return n
		}
	}
	return nil
}

func (c *cluster) await(ctx context.Context, what string, holds func() bool) error {
	for deadline := time.Now().Add(takeOver); time.Now().Before(deadline) && ctx.Err() == nil; wait(ctx, 100*time.Millisecond) {
		if holds() {
			return nil
		}
	}
	return errors.Join(ctx.Err(), fmt.Errorf("%v later it is not so that %s: %v; %s", takeOver, what, c.state(), c.in.lastWords()))
}

// loseLeader kills everything on the leader's machine, waits until another node leads, and brings the machine back.
func (c *cluster) loseLeader() error {
	if err := c.await(context.Background(), "the cluster is whole", c.whole); err != nil {
		return err
	}
	lost := c.leader()
	if lost == nil {
		return errors.New("nobody leads")
	}
	if err := errors.Join(lost.kill(), lost.killDatabase()); err != nil {
		return err
	}
	if err := c.await(context.Background(), "another node leads", func() bool { return c.leader() != nil }); err != nil {
		return err
	}
	return errors.Join(lost.start(), c.await(context.Background(), "the lost node follows", c.whole))
}

// killLeaderDatabase leaves Patroni alive, which sees it and lets another node lead.
func (c *cluster) killLeaderDatabase() error {
	if err := c.await(context.Background(), "the cluster is whole", c.whole); err != nil {
		return err
	}
	leader := c.leader()
	if leader == nil {
		return errors.New("nobody leads")
	}
	return errors.Join(leader.killDatabase(), c.await(context.Background(), "the cluster is whole again", c.whole))
}

// killDatabase kills the node's PostgreSQL, which is not in Patroni's process group.
func (n *node) killDatabase() error {
	text, err := os.ReadFile(filepath.Join(n.data, "postmaster.pid"))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		return err
	}
	if cwd, _ := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid)); cwd != n.data { // it has ended, or is not ours
		return nil
	}
	return gone(syscall.Kill(pid, syscall.SIGKILL))
}
