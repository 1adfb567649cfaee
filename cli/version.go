package cli

import (
	"cmp"
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"placeops/postgres"
)

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version of placeops and of the PostgreSQL inside", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(a.out, "placeops %s, PostgreSQL %s, %s %s/%s\n", version(),
				cmp.Or(postgres.Version(), "not inside"), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}
