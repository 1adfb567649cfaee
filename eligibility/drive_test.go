package eligibility_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/eligibility"
	drives "placeops/store"
)

// TestADriveKeepsEveryCriterion also fails when a criterion is added that a drive does not keep.
func TestADriveKeepsEveryCriterion(t *testing.T) {
	t.Parallel()
	c := eligibility.Criteria{
		MinCGPA: mark("7.5"), Min10th: mark("60"), Min12th: mark("61"), MaxBacklogs: new(int32(1)), MaxTotalBacklogs: new(int32(2)),
		AllowedBranches: []string{"CSE"}, AllowedBatches: []int32{2027}, AllowedGenders: []string{"F"}, MaxGapYears: new(int32(3)),
	}
	for field, value := range reflect.ValueOf(c).Fields() {
		require.False(t, value.IsZero(), "%s is missing in this test", field.Name)
	}
	drive := drives.Drive{CompanyName: "Acme", Status: drives.Posted}
	c.Keep(&drive)
	require.Equal(t, c, eligibility.Of(drive))
	require.Equal(t, "Acme", drive.CompanyName)
	require.Equal(t, drives.Posted, drive.Status)
	eligibility.Criteria{}.Keep(&drive)
	require.Equal(t, eligibility.Criteria{}, eligibility.Of(drive), "an absent criterion takes away the old one")
}
