package auth_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/auth"
)

func TestParseRole(t *testing.T) {
	t.Parallel()

	for _, role := range auth.Roles() {
		got, err := auth.ParseRole(string(role))
		require.NoError(t, err)
		require.Equal(t, role, got)
	}
	got, err := auth.ParseRole("cooRdinator")
	require.NoError(t, err)
	require.Equal(t, auth.Coordinator, got)

	for _, text := range []string{"", " ", "ADMIN", "HEAD ", "STUDENT,HEAD"} {
		_, err := auth.ParseRole(text)
		require.ErrorContains(t, err, "STUDENT, STAFF, COORDINATOR, HEAD", "%q", text)
	}
}

func TestPermission(t *testing.T) {
	t.Parallel()

	all := auth.Roles()
	tests := map[string]struct {
		permission auth.Permission
		allowed    []auth.Role
		public     bool
		text       string
	}{
		"public":        {auth.Public, all, true, "public"},
		"signed in":     {auth.SignedIn, all, false, "all roles"},
		"one role":      {auth.For(auth.Staff), []auth.Role{auth.Staff}, false, "STAFF"},
		"two, any way":  {auth.For(auth.Head, auth.Coordinator), []auth.Role{auth.Coordinator, auth.Head}, false, "COORDINATOR, HEAD"},
		"zero value":    {auth.Permission{}, nil, false, "nobody"},
		"unknown role":  {auth.For("ADMIN"), nil, false, "nobody"},
		"no role given": {auth.For(), nil, false, "nobody"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.allowed, test.permission.Roles())
			require.Equal(t, test.public, test.permission.IsPublic())
			require.Equal(t, test.text, test.permission.String())
			require.Equal(t, test.public, test.permission.Allows(""), "only a public route is open to somebody without a role")
			require.Equal(t, test.public, test.permission.Allows("ADMIN"))
		})
	}
}

func TestPermissionIsComparable(t *testing.T) {
	t.Parallel()

	require.Equal(t, auth.For(auth.Head, auth.Staff), auth.For(auth.Staff, auth.Head, auth.Staff))
	require.Equal(t, auth.SignedIn, auth.For(auth.Roles()...))
	require.NotEqual(t, auth.Public, auth.SignedIn)
}

func TestPrincipalTravelsInContext(t *testing.T) {
	t.Parallel()

	_, ok := auth.PrincipalFrom(t.Context())
	require.False(t, ok)

	want := auth.Principal{UserID: 7, Role: auth.Head, Name: "Asha", Email: "asha@example.edu", MustChangePassword: true}
	got, ok := auth.PrincipalFrom(auth.WithPrincipal(t.Context(), want))
	require.True(t, ok)
	require.Equal(t, want, got)
}
