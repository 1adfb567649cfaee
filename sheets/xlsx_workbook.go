package sheets

import (
	"encoding/xml"
	"path"
	"slices"
	"strings"
)

// sheetPlan names the parts that the table is read from. Shared strings and styles may be missing ("").
type sheetPlan struct {
	sheet, sharedStrings, styles string
}

// relation is a link from one part to another.
type relation struct {
	id, kind, target string
}

// plan finds the first visible worksheet and what belongs to it.
func (b workbook) plan() (sheetPlan, error) {
	main, err := b.mainPart()
	if err != nil {
		return sheetPlan{}, err
	}
	relations, err := b.relations(main)
	if err != nil {
		return sheetPlan{}, err
	}
	visible, err := b.visibleSheets(main)
	if err != nil {
		return sheetPlan{}, err
	}
	plan := sheetPlan{sharedStrings: targetOf(relations, "sharedStrings"), styles: targetOf(relations, "styles")}
	sheets := map[string]string{}
	for _, r := range slices.Backward(relations) {
		if r.kind == "worksheet" {
			sheets[r.id] = r.target
		}
	}
	for _, id := range visible {
		if target, ok := sheets[id]; ok {
			plan.sheet = target
			return plan, nil
		}
	}
	return sheetPlan{}, fileError(ErrEmpty, "The workbook has no visible sheet. Unhide the students' sheet and save it again.")
}

// mainPart names the part that lists the sheets. A plain zip has none.
func (b workbook) mainPart() (string, error) {
	if _, ok := b["_rels/.rels"]; ok {
		relations, err := b.relations("")
		if err != nil {
			return "", err
		}
		if main := targetOf(relations, "officeDocument"); strings.HasSuffix(main, ".xml") {
			return main, nil
		}
	}
	if _, ok := b["xl/workbook.bin"]; ok {
		return "", fileError(ErrNotATable, "This is a binary Excel workbook (.xlsb). Open it in Excel and save it as .xlsx or .csv.")
	}
	return "", ErrNotATable
}

// relations lists what a part ("" for the whole file) links to, with names that b knows.
func (b workbook) relations(of string) ([]relation, error) {
	folder, file := path.Split(of)
	var found []relation
	err := b.elements(folder+"_rels/"+file+".rels", func(_ string, element xml.StartElement) error {
		if element.Name.Local != "Relationship" || attribute(element, "TargetMode") == "External" {
			return nil
		}
		if len(found) == maxLinks {
			return errManyLinks
		}
		target := attribute(element, "Target")
		if !strings.HasPrefix(target, "/") {
			target = path.Join(folder, target)
		}
		found = append(found, relation{
			id:     attribute(element, "Id"),
			kind:   path.Base(attribute(element, "Type")),
			target: partName(target),
		})
		return nil
	})
	return found, err
}

// targetOf returns the part that the first relation of this kind leads to, "" where there is none.
func targetOf(relations []relation, kind string) string {
	for _, r := range relations {
		if r.kind == kind {
			return r.target
		}
	}
	return ""
}

// visibleSheets returns the relation ids of the sheets that Excel shows, in its order. A Word document fails here.
func (b workbook) visibleSheets(main string) ([]string, error) {
	var ids []string
	err := b.elements(main, func(parent string, element xml.StartElement) error {
		if parent == "" && element.Name.Local != "workbook" {
			return ErrNotATable
		}
		state := attribute(element, "state")
		if parent == "sheets" && element.Name.Local == "sheet" && (state == "" || state == "visible") {
			if len(ids) == maxLinks {
				return errManyLinks
			}
			ids = append(ids, relationID(element))
		}
		return nil
	})
	return ids, err
}

// relationID returns r:id. A sheet may have another attribute called id in no namespace.
func relationID(element xml.StartElement) string {
	for _, attr := range element.Attr {
		if attr.Name.Local == "id" && strings.HasSuffix(attr.Name.Space, "/relationships") {
			return attr.Value
		}
	}
	return ""
}
