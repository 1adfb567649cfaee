package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"placeops/store/dbsqlc"
)

// AuditReport is what VerifyAudit has found.
type AuditReport struct {
	Entries int64
	Chains  int
	// Faults are what must not be, in words; empty when nobody has touched the trail. At most mostAuditFaults are listed.
	Faults     []string
	FaultCount int
	// Anchor fixes all entries that there are: whoever keeps it elsewhere can prove later that they are still there.
	Anchor string
}

const mostAuditFaults = 100

// VerifyAudit reads the whole audit trail and makes sure that nothing of it was altered, removed or inserted since it was
// written, and that everything in anchor (an AuditReport's of earlier, or "") is still there.
func VerifyAudit(ctx context.Context, db DBTX, anchor string) (AuditReport, error) {
	v := auditVerifier{chains: map[int32]*chainPlace{}}
	var err error
	if v.anchored, err = parseAnchor(anchor); err != nil {
		return v.report, err
	}
	ends, err := queries(db).AuditChainEnds(ctx)
	if err != nil {
		return v.report, err
	}
	v.report.Chains = len(ends)
	for entry, err := range queries(db).EachAuditEntry(ctx) {
		if err != nil {
			return v.report, err
		}
		v.entry(entry)
	}
	v.finish(ends)
	return v.report, v.triggers(ctx, db)
}

// auditVerifier walks along all chains at once.
type auditVerifier struct {
	report   AuditReport
	chains   map[int32]*chainPlace // where it is in each
	anchored map[int32]anchorLink
}

type chainPlace struct {
	number int64
	hash   []byte // nil where the entry before is missing
}

func (v *auditVerifier) entry(e dbsqlc.AuditChainRow) {
	v.report.Entries++
	at, known := v.chains[e.Chain]
	if !known {
		at = &chainPlace{hash: []byte{}}
		v.chains[e.Chain] = at
	}
	switch missing := e.Number - at.number - 1; {
	case missing > 0:
		v.fault("chain %d: %s missing before entry %d", e.Chain, numbersText(at.number+1, e.Number-1), e.AuditID)
		at.hash = nil
	case missing < 0:
		v.fault("entry %d (chain %d, number %d) was inserted, or put after a later one", e.AuditID, e.Chain, e.Number)
	}
	if at.hash != nil && !bytes.Equal(auditHash(at.hash, e), e.Hash) {
		v.fault("entry %d (chain %d, number %d) was altered, inserted or put after another one than it was written after", e.AuditID, e.Chain, e.Number)
	}
	if link, ok := v.anchored[e.Chain]; ok && link.number == e.Number {
		if hex.EncodeToString(e.Hash) != link.hash {
			v.fault("entry %d (chain %d, number %d) is not the one that the anchor was made of", e.AuditID, e.Chain, e.Number)
		}
		delete(v.anchored, e.Chain)
	}
	at.number, at.hash = e.Number, e.Hash
}

// finish compares the last entry of each chain with what was written down of its end.
func (v *auditVerifier) finish(ends []dbsqlc.AuditChain) {
	for _, end := range ends {
		at, known := v.chains[end.Chain]
		delete(v.chains, end.Chain)
		switch {
		case !known:
			v.fault("chain %d: %s missing", end.Chain, numbersText(1, end.Entries))
		case at.number < end.Entries:
			v.fault("chain %d: %s missing at the end", end.Chain, numbersText(at.number+1, end.Entries))
		case at.number > end.Entries:
			v.fault("chain %d: %s inserted after the end", end.Chain, numbersText(end.Entries+1, at.number))
		case !bytes.Equal(at.hash, end.Hash):
			v.fault("chain %d: its end was altered", end.Chain)
		}
	}
	for _, chain := range slices.Sorted(maps.Keys(v.chains)) {
		v.fault("chain %d: its end is not known; the row of audit_chains is missing", chain)
	}
	for _, chain := range slices.Sorted(maps.Keys(v.anchored)) {
		v.fault("chain %d: number %d, which the anchor was made of, is missing", chain, v.anchored[chain].number)
	}
	v.report.Anchor = anchorOf(ends)
}

// auditTriggers are those of migration 00010: four for each of seven tables, and two that refuse.
const auditTriggers = 7*4 + 2

// triggers makes sure that what is done now is written down.
func (v *auditVerifier) triggers(ctx context.Context, db DBTX) error {
	off, err := queries(db).AuditTriggersOff(ctx)
	if err != nil {
		return err
	}
	for _, name := range off {
		v.fault("trigger %s is switched off: changes are not recorded", name)
	}
	count, err := queries(db).CountAuditTriggers(ctx)
	if err == nil && count < auditTriggers {
		v.fault("%d of the %d triggers that record changes are missing", auditTriggers-count, auditTriggers)
	}
	return err
}

func (v *auditVerifier) fault(format string, args ...any) {
	v.report.FaultCount++
	if len(v.report.Faults) < mostAuditFaults {
		v.report.Faults = append(v.report.Faults, fmt.Sprintf(format, args...))
	}
}

func numbersText(from, to int64) string {
	if from == to {
		return fmt.Sprintf("number %d is", from)
	}
	return fmt.Sprintf("numbers %d to %d are", from, to)
}

// auditHash is the hash of an entry after the one with the hash previous, as audit_append makes it in migration 00010.
func auditHash(previous []byte, e dbsqlc.AuditChainRow) []byte {
	text := strings.Join([]string{
		strconv.FormatInt(e.AuditID, 10), strconv.FormatInt(int64(e.Chain), 10), strconv.FormatInt(e.Number, 10),
		strconv.FormatInt(e.MadeAtUs, 10), e.Actor, e.Operation, e.RequestID, strconv.Itoa(len(e.DatabaseRole)), e.DatabaseRole,
		e.Entity, e.Change, e.DriveIds, e.UserIds, strconv.Itoa(len(e.Before)), e.Before, strconv.Itoa(len(e.After)), e.After,
	}, "|")
	hash := sha256.New()
	hash.Write(previous)
	hash.Write([]byte(text))
	return hash.Sum(nil)
}

// anchorLink is an entry that must be there.
type anchorLink struct {
	number int64
	hash   string // hexadecimal
}

// anchorOf writes the ends of all chains as 1:57:9f3c…,2:9:77ab….
func anchorOf(ends []dbsqlc.AuditChain) string {
	links := make([]string, 0, len(ends))
	for _, end := range ends {
		links = append(links, fmt.Sprintf("%d:%d:%x", end.Chain, end.Entries, end.Hash))
	}
	return strings.Join(links, ",")
}

const shaHexLength = 2 * sha256.Size

func parseAnchor(anchor string) (map[int32]anchorLink, error) {
	links := map[int32]anchorLink{}
	if anchor == "" {
		return links, nil
	}
	for text := range strings.SplitSeq(anchor, ",") {
		parts := strings.Split(strings.TrimSpace(text), ":")
		if len(parts) != 3 || len(parts[2]) != shaHexLength {
			return nil, fmt.Errorf("%q is no anchor: give it as `placeops audit verify` printed it", text)
		}
		chain, err := strconv.ParseInt(parts[0], 10, 32)
		number, err2 := strconv.ParseInt(parts[1], 10, 64)
		if err != nil || err2 != nil || number < 1 {
			return nil, fmt.Errorf("%q is no anchor: give it as `placeops audit verify` printed it", text)
		}
		links[int32(chain)] = anchorLink{number: number, hash: strings.ToLower(parts[2])}
	}
	return links, nil
}

// AuditAnchor is the anchor of all entries that there are, without verifying them; "" while there are none.
func AuditAnchor(ctx context.Context, db DBTX) (string, error) {
	ends, err := queries(db).AuditChainEnds(ctx)
	return anchorOf(ends), err
}
