package metrics

import "github.com/prometheus/client_golang/prometheus"

// disks shows the space on the disks of folders, by their names. A folder that is not there has no numbers.
type disks map[string]string

var (
	diskFree = desc("disk_free_bytes", "Space that placeops can still use on the disk of the folder.", "folder")
	diskSize = desc("disk_size_bytes", "Size of the disk of the folder.", "folder")
)

// Describe implements prometheus.Collector.
func (d disks) Describe(to chan<- *prometheus.Desc) {
	to <- diskFree
	to <- diskSize
}

// Collect implements prometheus.Collector.
func (d disks) Collect(to chan<- prometheus.Metric) {
	for name, folder := range d {
		free, size, err := diskSpace(folder)
		if err != nil {
			continue
		}
		to <- constant(diskFree, gauge, float64(free), name)
		to <- constant(diskSize, gauge, float64(size), name)
	}
}
