package site

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"path"
	"strings"

	"placeops/docs"
)

// Root is where the site is.
const Root = "/docs"

// Addresses of the server that the site leads to.
const (
	APIPage     = "/docs/api"
	Description = "/openapi.json"
)

// Policy lets the pages load the site's own files, search it, and nothing else.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

//go:embed assets
var assets embed.FS

// Site is the documentation as web pages.
type Site struct {
	files  map[string]*File // by address
	pages  []*page
	index  []section
	layout *template.Template
	linked map[string]string // addresses of assets, which change with their content
}

// File is what the site answers at an address.
type File struct {
	Type   string
	Body   []byte
	Packed []byte // the same, by gzip
	Tag    string // a weak entity tag, without its W/
	// Lasting says that what is at this address does not change.
	Lasting bool
}

// Build renders all pages.
func Build() (*Site, error) {
	s := &Site{files: map[string]*File{}, linked: map[string]string{}}
	if err := s.addAssets(); err != nil {
		return nil, err
	}
	if err := s.readPages(); err != nil {
		return nil, err
	}
	for i := range s.pages {
		body, err := s.show(s.viewOf(i))
		if err != nil {
			return nil, err
		}
		s.files[s.pages[i].address] = fileOf("text/html; charset=utf-8", body)
	}
	return s, nil
}

// Find returns what is at an address.
func (s *Site) Find(address string) (*File, bool) {
	file, ok := s.files[address]
	return file, ok
}

func (s *Site) addAssets() error {
	layout, err := template.ParseFS(assets, "assets/page.html")
	if err != nil {
		return err
	}
	s.layout = layout
	for name, kind := range map[string]string{
		"style.css": "text/css; charset=utf-8", "site.js": "text/javascript; charset=utf-8", "icon.svg": "image/svg+xml",
	} {
		body, err := assets.ReadFile("assets/" + name)
		if err != nil {
			return err
		}
		file := fileOf(kind, body)
		file.Lasting = true
		address := path.Join(Root, "assets", name)
		s.files[address] = file
		s.linked[strings.TrimSuffix(name, path.Ext(name))] = address + "?" + strings.Trim(file.Tag, `"`)
	}
	return nil
}

func (s *Site) readPages() error {
	addresses := map[string]string{docs.Project: Root}
	for _, group := range docs.Navigation() {
		for _, p := range group.Pages {
			addresses[p.File] = p.Address()
		}
	}
	for _, group := range docs.Navigation() {
		for _, p := range group.Pages {
			read, err := readPage(p, addresses)
			if err != nil {
				return err
			}
			s.pages = append(s.pages, read)
			s.index = append(s.index, read.sections...)
		}
	}
	return nil
}

func fileOf(kind string, body []byte) *File {
	sum := sha256.Sum256(body)
	return &File{Type: kind, Body: body, Packed: pack(body), Tag: `"` + hex.EncodeToString(sum[:8]) + `"`}
}

func pack(body []byte) []byte {
	var packed bytes.Buffer
	w, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression) // the level is one
	_, _ = w.Write(body)                                       // into memory
	_ = w.Close()
	return packed.Bytes()
}
