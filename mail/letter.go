package mail

import (
	"embed"
	"fmt"
	htmltemplate "html/template"
	netmail "net/mail"
	"strings"
	texttemplate "text/template"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// Letter is what one person is told of one drive.
type Letter struct {
	// ID is the same whenever the same letter is sent again, so that a second copy can be known as one.
	ID            string
	Name, Address string // the reader's
	Title         string // what happened, in a few words
	Message       string // the same in a sentence
	Drive         Drive
}

// Drive is what a letter shows of a drive; empty fields are left out.
type Drive struct {
	Company, JobTitle, Location, PackageLPA string
	InterviewDate, RegistrationDeadline     *time.Time
}

//go:embed templates
var templates embed.FS

var (
	plainText = texttemplate.Must(texttemplate.ParseFS(templates, "templates/letter.txt"))
	webPage   = htmltemplate.Must(htmltemplate.ParseFS(templates, "templates/letter.html"))
)

// page is what the templates show.
type page struct {
	Name, Title, Message, Link string
	Facts                      []fact
}

type fact struct{ Label, Value string }

// compose makes a letter into a message.
func (s *Sender) compose(letter Letter) (*gomail.Msg, error) {
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	m.FromMailAddress(s.from)
	to := &netmail.Address{Name: oneLine(letter.Name), Address: letter.Address}
	if _, err := netmail.ParseAddress(letter.Address); err != nil || strings.ContainsAny(letter.Address, " <>\r\n\t") {
		return nil, fmt.Errorf("%q is not an e-mail address", letter.Address)
	}
	m.ToMailAddress(to)
	m.Subject(fmt.Sprintf("%s: %s (%s)", oneLine(letter.Title), oneLine(letter.Drive.Company), oneLine(letter.Drive.JobTitle)))
	m.SetMessageIDWithValue(letter.ID + "@" + domainOf(s.from.Address))
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	shown := page{
		Name: oneLine(letter.Name), Title: oneLine(letter.Title), Message: oneLine(letter.Message), Link: s.link,
		Facts: s.facts(letter.Drive),
	}
	if err := m.SetBodyTextTemplate(plainText, shown); err != nil {
		return nil, err
	}
	return m, m.AddAlternativeHTMLTemplate(webPage, shown)
}

func (s *Sender) facts(d Drive) []fact {
	all := []fact{
		{"Company", oneLine(d.Company)},
		{"Job", oneLine(d.JobTitle)},
		{"Location", oneLine(d.Location)},
		{"Package", withUnit(d.PackageLPA, " LPA")},
		{"Register until", s.local(d.RegistrationDeadline)},
		{"Interview", s.local(d.InterviewDate)},
	}
	var known []fact
	for _, f := range all {
		if f.Value != "" {
			known = append(known, f)
		}
	}
	return known
}

// local is a time as the office writes it.
func (s *Sender) local(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.In(s.zone).Format("Monday, 2 January 2006, 15:04 MST")
}

func withUnit(value, unit string) string {
	if value == "" {
		return ""
	}
	return value + unit
}

// oneLine keeps a line break in a name from becoming another header or another paragraph.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

func domainOf(address string) string { return address[strings.LastIndex(address, "@")+1:] }
