package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"placeops/store/dbsqlc"
)

// AuditReport is what VerifyAudit has found.
type AuditReport struct {
	Entries int64
	Seals   int
	// Unsealed entries at the end are so new that nothing proves them yet; the oldest is of UnsealedSince.
	Unsealed      int64
	UnsealedSince time.Time
	// Faults are what must not be, in words; empty when nobody has touched the trail. At most mostAuditFaults are listed.
	Faults     []string
	FaultCount int
	// Anchor fixes all entries that are sealed: whoever keeps it elsewhere can prove later that they are still there.
	Anchor string
}

const mostAuditFaults = 100

// VerifyAudit reads the whole audit trail and makes sure that nothing of it was altered, removed or inserted since it was
// sealed, and that everything in anchor (an AuditReport's of earlier, or "") is still there. It must see one moment: give it a
// transaction of Snapshot.
func VerifyAudit(ctx context.Context, db DBTX, anchor string) (report AuditReport, err error) {
	v := auditVerifier{hash: []byte{}}
	if v.anchored, err = parseAnchor(anchor); err != nil {
		return v.report, err
	}
	if v.seals, err = queries(db).AuditSeals(ctx); err != nil {
		return v.report, err
	}
	v.report.Seals = len(v.seals)
	if n := len(v.seals); n > 0 {
		v.report.Anchor = anchorOf(v.seals[n-1])
	}
	for entry, err := range queries(db).EachAuditEntry(ctx) {
		if err != nil {
			return v.report, err
		}
		v.entry(entry)
	}
	v.finish()
	for _, check := range []func(context.Context, DBTX) error{v.altered, v.misleading, v.unsealed, v.triggers} {
		if err := check(ctx, db); err != nil {
			return v.report, err
		}
	}
	return v.report, nil
}

// auditVerifier walks along the entries and their seals.
type auditVerifier struct {
	report   AuditReport
	anchored auditAnchor

	seals  []dbsqlc.AuditSealsRow // those whose block has not ended
	sealID int64                  // of the seal before
	hash   []byte                 // and its hash
	block  sealedBlock            // what has been read of seals[0]
	broken []sealedBlock          // blocks that are not what was sealed
}

// sealedBlock are the entries between two seals.
type sealedBlock struct {
	sealID  int64
	ids     []int64
	digests []byte
}

func (v *auditVerifier) entry(e dbsqlc.AuditEntriesRow) {
	v.report.Entries++
	for len(v.seals) > 0 && e.AuditID > v.seals[0].LastID {
		v.endBlock()
	}
	if len(v.seals) > 0 {
		digest := auditDigest(e)
		v.block.ids = append(v.block.ids, e.AuditID)
		v.block.digests = append(v.block.digests, digest[:]...)
	}
}

// endBlock compares a block, all of which has been read, with its seal.
func (v *auditVerifier) endBlock() {
	seal := v.seals[0]
	if seal.SealID != v.sealID+1 {
		v.fault("%s missing", numbersText("seal", v.sealID+1, seal.SealID-1))
	} else if !v.proves(seal) && len(v.broken) < mostAuditFaults {
		v.block.sealID = seal.SealID
		v.broken = append(v.broken, v.block)
	}
	if v.anchored.sealID == seal.SealID {
		if hex.EncodeToString(seal.Hash) != v.anchored.hash {
			v.fault("seal %d (entries %d to %d) is not the one that the anchor was made of", seal.SealID, seal.FirstID, seal.LastID)
		}
		v.anchored = auditAnchor{}
	}
	v.sealID, v.hash = seal.SealID, seal.Hash
	v.seals, v.block = v.seals[1:], sealedBlock{}
}

// proves says whether the block that was read is what was sealed.
func (v *auditVerifier) proves(seal dbsqlc.AuditSealsRow) bool {
	digests := sha256.Sum256(v.block.digests)
	return bytes.Equal(digests[:], seal.DigestsHash) && bytes.Equal(sealHash(v.hash, seal, v.block.digests), seal.Hash)
}

func (v *auditVerifier) finish() {
	for len(v.seals) > 0 {
		v.endBlock()
	}
	if v.anchored.sealID != 0 {
		v.fault("seal %d, which the anchor was made of, is missing", v.anchored.sealID)
	}
}

// altered tells what is wrong with the blocks that are not what was sealed.
func (v *auditVerifier) altered(ctx context.Context, db DBTX) error {
	for _, block := range v.broken {
		sealed, err := queries(db).AuditSealDigests(ctx, block.sealID)
		if err != nil {
			return err
		}
		before := v.report.FaultCount
		v.compare(block, splitDigests(sealed))
		if v.report.FaultCount == before {
			v.fault("seal %d was altered", block.sealID)
		}
	}
	return nil
}

// compare names the entries of a block that were not sealed, and how many of those that were are gone.
func (v *auditVerifier) compare(block sealedBlock, sealed map[string]bool) {
	missing := len(sealed)
	var foreign []int64
	for i, digest := range slicesOf(block.digests, sha256.Size) {
		if sealed[string(digest)] {
			missing--
			delete(sealed, string(digest))
		} else {
			foreign = append(foreign, block.ids[i])
		}
	}
	for _, id := range foreign {
		if missing > 0 {
			missing--
			v.fault("entry %d (seal %d) was altered", id, block.sealID)
		} else {
			v.fault("entry %d (seal %d) was inserted", id, block.sealID)
		}
	}
	if missing > 0 {
		v.fault("%d of the entries of seal %d are missing", missing, block.sealID)
	}
}

func splitDigests(digests []byte) map[string]bool {
	split := map[string]bool{}
	for _, digest := range slicesOf(digests, sha256.Size) {
		split[string(digest)] = true
	}
	return split
}

// slicesOf cuts data into pieces of size bytes; the last one may be shorter.
func slicesOf(data []byte, size int) [][]byte {
	var pieces [][]byte
	for len(data) > 0 {
		n := min(size, len(data))
		pieces, data = append(pieces, data[:n]), data[n:]
	}
	return pieces
}

// misleading finds seals by which an entry would not be found that is there.
func (v *auditVerifier) misleading(ctx context.Context, db DBTX) error {
	seals, err := queries(db).AuditSealsThatMislead(ctx)
	for _, id := range seals {
		v.fault("seal %d does not tell whom and what its entries are about: it was altered", id)
	}
	return err
}

func (v *auditVerifier) unsealed(ctx context.Context, db DBTX) error {
	row, err := queries(db).AuditUnsealed(ctx)
	v.report.Unsealed, v.report.UnsealedSince = row.Entries, row.Since
	return err
}

// auditTriggers are those of migrations 00010 and 00011: four for each of seven tables, and two that refuse.
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

func numbersText(what string, from, to int64) string {
	if from == to {
		return fmt.Sprintf("%s %d is", what, from)
	}
	return fmt.Sprintf("%ss %d to %d are", what, from, to)
}

// auditDigest is the digest of an entry, as audit_seal makes it in migration 00011.
func auditDigest(e dbsqlc.AuditEntriesRow) [sha256.Size]byte {
	return sha256.Sum256([]byte(strings.Join([]string{
		strconv.FormatInt(e.AuditID, 10), strconv.FormatInt(e.MadeAtUs, 10), e.Actor, e.Operation, e.RequestID,
		strconv.Itoa(len(e.DatabaseRole)), e.DatabaseRole, e.Entity, e.Change, e.DriveIds, e.UserIds,
		strconv.Itoa(len(e.Before)), e.Before, strconv.Itoa(len(e.After)), e.After,
	}, "|")))
}

// sealHash is the hash of a seal after the one with the hash previous, over the digests of its entries, as audit_seal makes it.
func sealHash(previous []byte, seal dbsqlc.AuditSealsRow, digests []byte) []byte {
	hash := sha256.New()
	hash.Write(previous)
	fmt.Fprintf(hash, "%d|%d|%d|%d|", seal.SealID, seal.FirstID, seal.LastID, seal.Entries)
	hash.Write(digests)
	return hash.Sum(nil)
}

// auditAnchor is a seal that must be there.
type auditAnchor struct {
	sealID int64  // 0: none
	hash   string // hexadecimal
}

// anchorOf writes a seal as 57:9f3c….
func anchorOf(seal dbsqlc.AuditSealsRow) string {
	return fmt.Sprintf("%d:%x", seal.SealID, seal.Hash)
}

const shaHexLength = 2 * sha256.Size

func parseAnchor(anchor string) (auditAnchor, error) {
	if anchor == "" {
		return auditAnchor{}, nil
	}
	number, hash, _ := strings.Cut(anchor, ":")
	id, err := strconv.ParseInt(number, 10, 64)
	if _, notHex := hex.DecodeString(hash); err != nil || notHex != nil || id < 1 || len(hash) != shaHexLength {
		return auditAnchor{}, fmt.Errorf("%q is no anchor: give it as `placeops audit verify` printed it", anchor)
	}
	return auditAnchor{sealID: id, hash: strings.ToLower(hash)}, nil
}
