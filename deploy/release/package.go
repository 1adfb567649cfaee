package main

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// recipe says what is in the Debian package.
const recipe = "deploy/deb/nfpm.yaml"

// pack makes the Debian package of an architecture.
func (r *release) pack(ctx context.Context, arch, file string) error {
	return run(ctx, r.packing(arch), r.nfpm, "package", "--config", recipe, "--packager", "deb", "--target", file)
}

// packing is what the recipe leaves open.
func (r *release) packing(arch string) []string {
	return []string{
		"DEB_VERSION=" + debianVersion(r.version, r.made), "DEB_ARCH=" + arch, "MAINTAINER=" + r.maintainer,
		"BINARY=" + r.binary(arch), "DOCUMENTS=" + r.documents, "NOTICES=" + r.zippedNotices(arch),
		"SOURCE_DATE_EPOCH=" + strconv.FormatInt(r.made.Unix(), 10),
	}
}

var describedTag = regexp.MustCompile(`^v?(\d+(?:\.\d+)*)(?:-([0-9A-Za-z.]+?))?(?:-(\d+)-(g[0-9a-f]+))?$`)

// debianVersion puts what git describes into the order that dpkg sorts by: v1.2.0-rc1 before v1.2.0, what comes after a tag
// after it, and what has no tag, by its date, before all that have one.
func debianVersion(described string, made time.Time) string {
	described, dirty := strings.CutSuffix(described, "-dirty")
	suffix := ""
	if dirty {
		suffix = "+dirty"
	}
	m := describedTag.FindStringSubmatch(described)
	if m == nil || !strings.Contains(described, ".") {
		return fmt.Sprintf("0~git%s.%s%s", made.Format("20060102150405"), described, suffix)
	}
	version := m[1]
	if m[2] != "" {
		version += "~" + m[2]
	}
	if m[3] != "" {
		version += "+" + m[3] + "." + m[4]
	}
	return version + suffix
}
