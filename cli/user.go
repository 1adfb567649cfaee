package cli

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/spf13/cobra"

	"placeops/auth"
	"placeops/store"
)

func (a *app) userCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "user", Short: "Add, list and deactivate people, and reset passwords", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.userAddCommand(), a.userListCommand(), a.userDeactivateCommand(), a.userResetCommand())
	return cmd
}

const passwordHelp = "The password comes from standard input (--password-stdin), else from PLACEOPS_PASSWORD; else one is made and printed once."

func (a *app) userAddCommand() *cobra.Command {
	var user store.NewUser
	var fromStdin bool
	cmd := &cobra.Command{
		Use: "add --email ADDRESS --name NAME --role ROLE", Short: "Add an account", Long: "Adds an account. " + passwordHelp, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.addUser(cmd, user, fromStdin) },
	}
	cmd.Flags().StringVar(&user.Email, "email", "", "e-mail address, which is also the log-in")
	cmd.Flags().StringVar(&user.Name, "name", "", "full name")
	cmd.Flags().StringVar(&user.Role, "role", "", "STAFF, COORDINATOR or HEAD (students are imported)")
	cmd.Flags().BoolVar(&fromStdin, "password-stdin", false, "read the password from standard input")
	for _, name := range []string{"email", "name", "role"} {
		_ = cmd.MarkFlagRequired(name) // the flags exist
	}
	return cmd
}

func (a *app) addUser(cmd *cobra.Command, user store.NewUser, fromStdin bool) error {
	ctx := cmd.Context()
	cfg, err := a.settings(cmd, true)
	if err != nil {
		return err
	}
	role, err := auth.ParseRole(user.Role)
	if err != nil {
		return err
	}
	if role == auth.Student {
		return errors.New("a student needs a roll number: import students, or use POST /users")
	}
	user.Role, user.Name = string(role), strings.TrimSpace(user.Name)
	if user.Email, err = auth.CheckEmail(user.Email); err != nil {
		return err
	}
	if user.Name == "" || len([]rune(user.Name)) > 200 {
		return errors.New("--name needs 1 to 200 characters")
	}
	password, made, err := a.password(cfg.Password, fromStdin)
	if err != nil {
		return err
	}
	hash, err := auth.NewPasswords(1).Hash(ctx, password)
	if err != nil {
		return err
	}
	user.PasswordHash = &hash
	return a.withSchema(ctx, cfg, func(pool *pgxpool.Pool) error {
		var created store.User
		err := store.InTx(acting(cmd), pool, func(tx pgx.Tx) (err error) {
			created, err = store.CreateUser(ctx, tx, user)
			return err
		})
		if err != nil {
			return err
		}
		fmt.Fprintf(a.out, "added %s %s (%s)\n", created.Role, created.Name, created.Email)
		a.printPassword(password, made)
		return nil
	})
}

// acting is the command's context for a transaction whose changes the audit trail tells of: "user add" made them.
func acting(cmd *cobra.Command) context.Context {
	_, name, _ := strings.Cut(cmd.CommandPath(), " ")
	return store.WithActing(cmd.Context(), store.Acting{Operation: name})
}

func (a *app) printPassword(password string, made bool) {
	if made {
		fmt.Fprintf(a.out, "password: %s\n", password)
	}
}

// password takes the given password, or makes one.
func (a *app) password(fromEnvironment string, fromStdin bool) (password string, made bool, err error) {
	password = fromEnvironment
	if fromStdin {
		line, err := bufio.NewReader(io.LimitReader(a.in, 4096)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", false, err
		}
		password = strings.TrimRight(line, "\r\n")
	}
	if password == "" && !fromStdin {
		return auth.NewPassword(), true, nil
	}
	return password, false, auth.CheckPassword(password)
}

func (a *app) userListCommand() *cobra.Command {
	var role string
	cmd := &cobra.Command{
		Use: "list", Short: "List accounts", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := a.settings(cmd, true)
			if err != nil {
				return err
			}
			filter := store.UserFilter{}
			if role != "" {
				parsed, err := auth.ParseRole(role)
				if err != nil {
					return err
				}
				filter.Role = (*string)(&parsed)
			}
			return a.withSchema(cmd.Context(), cfg, func(pool *pgxpool.Pool) error {
				return a.listUsers(cmd.Context(), pool, filter)
			})
		},
	}
	cmd.Flags().StringVar(&role, "role", "", "only this role")
	return cmd
}

const listBatch = 1000

func (a *app) listUsers(ctx context.Context, pool *pgxpool.Pool, filter store.UserFilter) error {
	table := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tROLE\tSTATE\tEMAIL\tNAME")
	var after int64
	for {
		users, err := store.ListUsers(ctx, pool, filter, after, listBatch)
		if err != nil {
			return err
		}
		for _, u := range users {
			state := map[bool]string{true: "active", false: "inactive"}[u.Active]
			fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%s\n", u.UserID, u.Role, state, u.Email, u.Name)
			after = u.UserID
		}
		if len(users) < listBatch {
			return table.Flush()
		}
	}
}

// emailFlag makes a command that works on one account, named by its e-mail address.
func (a *app) emailCommand(use, short, long string, run func(cmd *cobra.Command, email string) error) *cobra.Command {
	var email string
	cmd := &cobra.Command{
		Use: use + " --email ADDRESS", Short: short, Long: cmp.Or(long, short), Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return run(cmd, strings.TrimSpace(email)) },
	}
	cmd.Flags().StringVar(&email, "email", "", "e-mail address of the account")
	_ = cmd.MarkFlagRequired("email") // the flag exists
	return cmd
}

func (a *app) userDeactivateCommand() *cobra.Command {
	return a.emailCommand("deactivate", "Deactivate an account and sign it out everywhere", "", func(cmd *cobra.Command, email string) error {
		return a.changeUser(cmd, email, func(ctx context.Context, tx pgx.Tx, user store.User) (string, error) {
			// The heads are locked before the account, as in PATCH /users: the other way round could deadlock.
			if user.Role == string(auth.Head) && user.Active {
				if err := store.KeepAHead(ctx, tx, user.UserID); err != nil {
					return "", err
				}
			}
			user, err := store.LockUser(ctx, tx, user.UserID)
			if err != nil {
				return "", err
			}
			user.Active = false
			_, err = store.UpdateUser(ctx, tx, user, true)
			return "deactivated " + user.Email, err
		})
	})
}

func (a *app) userResetCommand() *cobra.Command {
	var fromStdin bool
	cmd := a.emailCommand("reset-password", "Give an account a new password and sign it out everywhere", "Gives an account a new password. "+passwordHelp,
		func(cmd *cobra.Command, email string) error { return a.resetPassword(cmd, email, fromStdin) })
	cmd.Flags().BoolVar(&fromStdin, "password-stdin", false, "read the password from standard input")
	return cmd
}

func (a *app) resetPassword(cmd *cobra.Command, email string, fromStdin bool) error {
	cfg, err := a.settings(cmd, true)
	if err != nil {
		return err
	}
	password, made, err := a.password(cfg.Password, fromStdin)
	if err != nil {
		return err
	}
	hash, err := auth.NewPasswords(1).Hash(cmd.Context(), password)
	if err != nil {
		return err
	}
	err = a.changeUser(cmd, email, func(ctx context.Context, tx pgx.Tx, user store.User) (string, error) {
		_, err := store.SetPassword(ctx, tx, user.UserID, hash)
		return "new password for " + user.Email, err
	})
	if err == nil {
		a.printPassword(password, made)
	}
	return err
}

// changeUser changes the account of an e-mail address in one transaction and prints what change says.
func (a *app) changeUser(cmd *cobra.Command, email string, change func(context.Context, pgx.Tx, store.User) (string, error)) error {
	ctx := cmd.Context()
	cfg, err := a.settings(cmd, true)
	if err != nil {
		return err
	}
	return a.withSchema(ctx, cfg, func(pool *pgxpool.Pool) error {
		var said string
		err := store.InTx(acting(cmd), pool, func(tx pgx.Tx) error {
			found, err := store.UserByEmail(ctx, tx, email)
			if store.IsKind(err, store.NotFound) {
				return fmt.Errorf("nobody has the e-mail address %s; see placeops user list", email)
			}
			if err != nil {
				return err
			}
			said, err = change(ctx, tx, found)
			return err
		})
		if err == nil {
			fmt.Fprintln(a.out, said)
		}
		return err
	})
}
