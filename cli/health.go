package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"placeops/config"
)

// healthTime is a little more than serve takes to say that it is not ready.
const healthTime = 5 * time.Second

func (a *app) healthCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "health", Short: "Ask the serve of this machine whether it is ready", Args: cobra.NoArgs,
		Long: "Asks GET /readyz of the serve that runs on this machine with the same settings (PORT, PLACEOPS_HOST). The exit status\n" +
			"says whether it is ready to work: for containers, and for whatever else watches it. It changes nothing, unlike check.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := a.settings(cmd, true)
			if err != nil {
				return err
			}
			return a.health(cmd.Context(), cfg)
		},
	}
	a.settingFlag(cmd, false, "port", "PORT", "port that serve listens on")
	a.settingFlag(cmd, false, "host", "PLACEOPS_HOST", "address that serve listens on")
	return cmd
}

func (a *app) health(ctx context.Context, cfg *config.Config) error {
	if cfg.Port == 0 {
		return errors.New("with PORT=0 nobody knows which port serve has taken: give health the port with --port")
	}
	ctx, cancel := context.WithTimeout(ctx, healthTime)
	defer cancel()
	address := localAddress(cfg)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/readyz", nil)
	if err != nil {
		return err
	}
	direct := http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // without a proxy
	response, err := direct.Do(request)
	if err != nil {
		return fmt.Errorf("no placeops answers at %s (%w)", address, err)
	}
	defer func() { _ = response.Body.Close() }()
	var answer struct {
		Status  any // a word when all is well, the number in a problem
		Message string
	}
	err = json.NewDecoder(io.LimitReader(response.Body, 64<<10)).Decode(&answer)
	switch {
	case err == nil && response.StatusCode == http.StatusOK && answer.Status == "ready":
		fmt.Fprintln(a.out, "ready")
		return nil
	case err == nil && response.StatusCode == http.StatusServiceUnavailable && answer.Message != "":
		return errors.New("not ready: " + answer.Message)
	}
	return fmt.Errorf("what answers at %s is no placeops (status %d)", address, response.StatusCode)
}

// localAddress is where this machine reaches a serve with these settings.
func localAddress(cfg *config.Config) string {
	host := cfg.Host
	if ip := net.ParseIP(host); host == "" || ip.IsUnspecified() {
		host = "127.0.0.1" // a container need not know the name localhost
	}
	return net.JoinHostPort(host, strconv.Itoa(cfg.Port))
}
