package metrics

import "golang.org/x/sys/unix"

func diskSpace(folder string) (free, size uint64, err error) {
	var stat unix.Statfs_t
	if err := unix.Statfs(folder, &stat); err != nil {
		return 0, 0, err
	}
	block := uint64(stat.Frsize) //nolint:gosec // never negative
	return stat.Bavail * block, stat.Blocks * block, nil
}
