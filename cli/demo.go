package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/spf13/cobra"

	"placeops/auth"
	"placeops/eligibility"
	"placeops/store"
	"placeops/store/decimal"
)

func (a *app) demoCommand() *cobra.Command {
	return &cobra.Command{
		Use: "demo", Short: "Fill an empty database with a small demo college", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			cfg, err := a.settings(cmd, true)
			if err != nil {
				return err
			}
			return a.withSchema(ctx, cfg, func(pool *pgxpool.Pool) error {
				if err := makeDemo(ctx, pool, auth.NewPasswords(1)); err != nil {
					return err
				}
				return printDemo(ctx, a.out, pool)
			})
		},
	}
}

// errOtherData keeps the demo out of an office's own database.
var errOtherData = errors.New("this database holds other data; the demo college needs an empty one (another PLACEOPS_DATA_DIR)")

// makeDemo fills an empty database in one transaction. A demo college that is there already stays as it is.
func makeDemo(ctx context.Context, pool *pgxpool.Pool, passwords *auth.Passwords) error {
	there, err := hasDemo(ctx, pool)
	if err != nil || there {
		return err
	}
	empty, err := hasNobody(ctx, pool)
	if err != nil {
		return err
	}
	if !empty {
		return errOtherData
	}
	hash, err := passwords.Hash(ctx, demoPassword)
	if err != nil {
		return err
	}
	ctx = store.WithActing(ctx, store.Acting{Operation: "demo"})
	err = store.InTx(ctx, pool, func(tx pgx.Tx) error {
		d := &demoCollege{tx: tx, passwordHash: hash}
		if err := d.make(ctx); err != nil {
			return err
		}
		// Else the figures would show nothing until the clock refreshes them: what is beside the college has begun already.
		_, err := store.RefreshAnalytics(ctx, tx, time.Now())
		return err
	})
	if store.IsKind(err, store.Conflict) { // another process makes it at this moment
		return nil
	}
	return err
}

func hasDemo(ctx context.Context, pool *pgxpool.Pool) (bool, error) {
	_, err := store.UserByEmail(ctx, pool, demoPeople[0].email)
	if store.IsKind(err, store.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// printDemo prints the four log-ins, or that there is no demo here.
func printDemo(ctx context.Context, out io.Writer, pool *pgxpool.Pool) error {
	there, err := hasDemo(ctx, pool)
	if err != nil {
		return err
	}
	if !there {
		_, err := fmt.Fprintln(out, "No demo college was made:", errOtherData)
		return err
	}
	fmt.Fprintln(out, "Demo college; sign in with one of these (password: "+demoPassword+"):")
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, p := range demoPeople {
		fmt.Fprintf(table, "  %s\t%s\n", p.role, p.email)
	}
	return table.Flush()
}

// demoCollege is the college while it is being made.
type demoCollege struct {
	tx           pgx.Tx
	passwordHash string
	head         int64
	coordinator  int64
	students     []int64
}

func (d *demoCollege) make(ctx context.Context) error {
	for _, step := range []func(context.Context) error{d.makePeople, d.makeStudents, d.makeDrives} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (d *demoCollege) makePeople(ctx context.Context) error {
	for _, p := range demoPeople {
		user, err := store.CreateUser(ctx, d.tx, store.NewUser{
			Name: p.name, Email: p.email, Role: string(p.role), PasswordHash: &d.passwordHash,
		})
		if err != nil {
			return err
		}
		switch p.role {
		case auth.Head:
			d.head = user.UserID
		case auth.Coordinator:
			d.coordinator = user.UserID
		case auth.Student:
			if err := d.addStudent(ctx, user.UserID, demoMarks[0], 0); err != nil {
				return err
			}
		}
	}
	return nil
}

// makeStudents adds the classmates of the one who can sign in. They have no password: the head can give them a code.
func (d *demoCollege) makeStudents(ctx context.Context) error {
	for i, name := range demoNames {
		user, err := store.CreateUser(ctx, d.tx, store.NewUser{
			Name: name, Email: fmt.Sprintf("student%02d@demo.example", i+2), Role: string(auth.Student), MustChangePassword: true,
		})
		if err != nil {
			return err
		}
		if err := d.addStudent(ctx, user.UserID, demoMarks[(i+1)%len(demoMarks)], i+1); err != nil {
			return err
		}
	}
	return nil
}

func (d *demoCollege) addStudent(ctx context.Context, userID int64, m demoMark, number int) error {
	branch := demoBranches[number%len(demoBranches)]
	year := int32(time.Now().Year() + 1) //nolint:gosec // a year
	student := store.NewStudent{
		StudentID: userID, RollNumber: fmt.Sprintf("%02d%s%03d", year%100, branch, number+1), Branch: &branch,
		BatchYear: &year, CGPA: mark(m.cgpa), TenthPercent: mark(m.tenth), TwelfthPercent: mark(m.twelfth),
		DiplomaPercent: mark(m.diploma), ActiveBacklogs: m.backlogs, Gender: &m.gender,
	}
	_, err := store.CreateStudent(ctx, d.tx, student)
	d.students = append(d.students, userID)
	return err
}

func mark(text string) *decimal.Decimal {
	if text == "" {
		return nil
	}
	value := decimal.MustParse(text)
	return &value
}

// makeDrives adds a drive in each state, with registrations where they belong.
func (d *demoCollege) makeDrives(ctx context.Context) error {
	for _, plan := range demoDrives {
		if err := d.makeDrive(ctx, plan); err != nil {
			return fmt.Errorf("%s: %w", plan.drive.CompanyName, err)
		}
	}
	return nil
}

func (d *demoCollege) makeDrive(ctx context.Context, plan demoDrive) error {
	drive := plan.drive
	drive.PostedBy = d.coordinator
	if plan.closesIn > 0 {
		deadline := time.Now().Add(plan.closesIn).Truncate(time.Hour)
		drive.RegistrationDeadline = &deadline
	}
	drive, err := store.CreateDrive(ctx, d.tx, drive)
	if err != nil {
		return err
	}
	if err := store.NoticeDriveCreated(ctx, d.tx, drive, d.coordinator); err != nil {
		return err
	}
	if plan.state == store.Pending {
		return nil
	}
	if err := d.publish(ctx, drive, plan.registrations); err != nil {
		return err
	}
	if plan.state == store.Posted {
		return nil
	}
	drive.Status = store.Posted
	if plan.state != store.Finished {
		return store.MoveDrive(ctx, d.tx, drive, plan.state)
	}
	if err := store.MoveDrive(ctx, d.tx, drive, store.Attending); err != nil {
		return err
	}
	drive.Status = store.Attending
	return d.finish(ctx, drive)
}

// finish marks three in four of those who registered as present and publishes the attendance.
func (d *demoCollege) finish(ctx context.Context, drive store.Drive) error {
	registered, err := store.RegistrationsOfDrive(ctx, d.tx, drive.DriveID, 0, int32(len(d.students))) //nolint:gosec // a small college
	if err != nil {
		return err
	}
	var marks []store.Mark
	for i, r := range registered {
		if i%4 != 3 {
			marks = append(marks, store.Mark{StudentID: r.StudentID, Status: "PRESENT"})
		}
	}
	if err := store.MarkAttendance(ctx, d.tx, drive.DriveID, d.coordinator, marks); err != nil {
		return err
	}
	return store.PublishAttendance(ctx, d.tx, drive, d.coordinator)
}

// publish does at once what the auto-publish job does, so that the college is whole when the transaction ends.
func (d *demoCollege) publish(ctx context.Context, drive store.Drive, registrations int) error {
	if err := store.MarkDrivePublished(ctx, d.tx, drive.DriveID, d.coordinator, true); err != nil {
		return err
	}
	if _, err := eligibility.Store(ctx, d.tx, drive.DriveID, eligibility.Of(drive), true); err != nil {
		return err
	}
	drive.Status = store.Posted
	if err := store.NoticeDrivePublished(ctx, d.tx, drive, d.coordinator); err != nil {
		return err
	}
	for _, student := range d.students[1:] {
		if registrations == 0 {
			break
		}
		_, err := store.Register(ctx, d.tx, drive.DriveID, student)
		if err != nil && !store.IsKind(err, store.Forbidden) {
			return err
		}
		if err == nil {
			registrations--
		}
	}
	return nil
}
