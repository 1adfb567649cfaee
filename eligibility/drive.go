package eligibility

import "placeops/store"

// Of returns the criteria that are kept on a drive.
func Of(d store.Drive) Criteria {
	return Criteria{
		MinCGPA:          d.MinCGPA,
		Min10th:          d.Min10th,
		Min12th:          d.Min12th,
		MaxBacklogs:      d.MaxBacklogs,
		MaxTotalBacklogs: d.MaxTotalBacklogs,
		AllowedBranches:  d.AllowedBranches,
		AllowedBatches:   d.AllowedBatches,
		AllowedGenders:   d.AllowedGenders,
		MaxGapYears:      d.MaxGapYears,
	}
}

// Keep writes c onto a drive.
func (c Criteria) Keep(d *store.Drive) {
	d.MinCGPA, d.Min10th, d.Min12th = c.MinCGPA, c.Min10th, c.Min12th
	d.MaxBacklogs, d.MaxTotalBacklogs, d.MaxGapYears = c.MaxBacklogs, c.MaxTotalBacklogs, c.MaxGapYears
	d.AllowedBranches, d.AllowedBatches, d.AllowedGenders = c.AllowedBranches, c.AllowedBatches, c.AllowedGenders
}
