package cli

import (
	"bytes"
	"encoding/json"
	"log/slog"

	"github.com/spf13/cobra"

	"placeops/server"
)

func (a *app) openapiCommand() *cobra.Command {
	return &cobra.Command{
		Use: "openapi", Short: "Print the description of the HTTP API (OpenAPI 3.1, JSON)", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			s, err := server.New(server.Deps{Logger: slog.New(slog.DiscardHandler), Version: version()})
			if err != nil {
				return err
			}
			var pretty bytes.Buffer
			if err := json.Indent(&pretty, s.OpenAPI(), "", "  "); err != nil {
				return err
			}
			pretty.WriteByte('\n')
			_, err = pretty.WriteTo(a.out)
			return err
		},
	}
}
