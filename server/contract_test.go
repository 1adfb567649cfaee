package server_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// promise is a route of the contract, written down a second time on purpose: what slips out of the API fails here. Fields
// stand apart by spaces; a field within another, or within the items of a list, is written list.field; one that need not
// be there ends in "?".
type promise struct {
	route   string
	query   string
	sends   string // fields of the request's body
	forms   bool   // the body may be a multipart form as well
	status  int    // of success, 200 unless given
	list    bool   // answers a plain array, with limit and cursor
	answers string // fields of the answer, or of each item of the list
	file    string // the content type of an answer that is no JSON
	page    bool   // not in the description, which is about JSON and the files that the API makes
}

const (
	fieldsOfUser    = "user_id name email role department phone active must_change_password created_at"
	fieldsOfSession = "user.user_id user.role user.name user.email user.must_change_password time_zone expires_at"
	fieldsOfMarks   = "roll_number branch batch_year cgpa tenth_percent twelfth_percent diploma_percent active_backlogs cleared_backlogs gender gap_years"
	fieldsOfRecord  = "student_id name email phone active debarred debarred_reason updated_at " + fieldsOfMarks
	criteriaFields  = "min_cgpa min_10th min_12th max_backlogs max_total_backlogs allowed_branches allowed_batches allowed_genders max_gap_years"
	sentOfDrive     = "company_name job_title domain_id job_description location package_lpa interview_date registration_deadline auto_calc " + criteriaFields
	fieldsOfDrive   = "drive_id company_name job_title domain_id domain_name job_description location package_lpa interview_date registration_deadline " +
		criteriaFields + " status auto_published attendance_published posted_by published_by published_at pdf_path created_at updated_at " +
		"eligible_count? selected_count? registered_count?"
	moveOfDrive    = "message drive.drive_id drive.status"
	fieldsOfCounts = "students eligible failing only_failing by_branch.branch by_branch.students by_branch.eligible cgpa_curve.min_cgpa cgpa_curve.eligible"
	fieldsOfPick   = "student_id name email roll_number branch batch_year cgpa tenth_percent twelfth_percent active_backlogs selected"
	filterOfPick   = "q branch batch_year cgpa_min cgpa_max max_backlogs selected"
	fieldsOfCheck  = "eligible reason failing.rule failing.needed failing.actual failing.reason"
	ownList        = "registration_id student_id registered_at attendance " + fieldsOfDrive
	fieldsOfMark   = "attendance_id drive_id student_id name roll_number status"
	fieldsOfJob    = "id kind drive_id state attempt max_attempts progress.done progress.total result errors created_at attempted_at finalized_at download_url?"
	fieldsOfNotice = "notification_id title message type entity_type entity_id is_read created_at read_at"
	fieldsOfAudit  = "audit_id line at actor_id actor_name operation request_id database_role entity change drive_id company_name user_id user_name before after"
	bookType       = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

// theContract is the contract's section on HTTP.
var theContract = []promise{
	{route: "POST /auth/login", sends: "email password", answers: "token user.user_id user.role user.name user.email"},
	{route: "POST /auth/change-password", sends: "old_password new_password", answers: "token user.user_id user.role user.name user.email"},
	{route: "POST /auth/session", sends: "email password", answers: fieldsOfSession},
	{route: "GET /auth/session", answers: fieldsOfSession},
	{route: "DELETE /auth/session", status: 204},
	{route: "GET /me", answers: fieldsOfUser},
	{route: "PATCH /me", sends: "phone", answers: fieldsOfUser},
	{route: "GET /users", query: "role q active", list: true, answers: fieldsOfUser},
	{route: "POST /users", sends: "name email role password department phone " + fieldsOfMarks, status: 201, answers: fieldsOfUser + " one_time_code?"},
	{route: "PATCH /users/{id}", sends: "active role name email department phone", answers: fieldsOfUser},
	{route: "GET /students", query: "q branch batch_year min_cgpa sort", list: true, answers: fieldsOfRecord},
	{route: "GET /students/{id}", answers: fieldsOfRecord},
	{route: "PATCH /students/{id}", sends: "name email phone debarred debarred_reason " + fieldsOfMarks, answers: fieldsOfRecord},
	{route: "POST /students/import", query: "dry_run", sends: "file", forms: true, status: 202, answers: fieldsOfJob},
	{route: "GET /job-domains", list: true, answers: "domain_id domain_name"},
	{route: "POST /job-domains", sends: "domain_name", status: 201, answers: "domain_id domain_name"},

	{route: "POST /drives", sends: sentOfDrive, forms: true, status: 201, answers: fieldsOfDrive},
	{route: "GET /drives", query: "status q", list: true, answers: fieldsOfDrive},
	{route: "GET /drives/{id}", answers: fieldsOfDrive},
	{route: "PATCH /drives/{id}", sends: sentOfDrive + " pdf_path", forms: true, answers: fieldsOfDrive},
	{route: "DELETE /drives/{id}", answers: "message"},
	{route: "POST /drives/{id}/publish", sends: "selected_students", answers: fieldsOfDrive + " job_id"},
	{route: "POST /drives/{id}/stop-registrations", answers: moveOfDrive},
	{route: "POST /drives/{id}/cancel", answers: moveOfDrive},
	{route: "POST /drives/{id}/trigger-eligibility", status: 202, answers: "message job_id"},
	{route: "POST /drives/preview-eligibility", sends: criteriaFields, answers: fieldsOfCounts},
	{route: "GET /drives/{id}/preview-eligibility", answers: fieldsOfCounts},

	{route: "POST /eligibility/{id}/filter", sends: criteriaFields, answers: "filtered_count studentIds added removed kept_registered"},
	{route: "GET /eligibility/{id}/list", query: filterOfPick + " sort", list: true, answers: fieldsOfPick},
	{route: "GET /eligibility/{id}/ids", query: filterOfPick, answers: "count student_ids"},
	{route: "GET /eligibility/mine", list: true, answers: fieldsOfDrive},
	{route: "GET /eligibility/{id}/check", answers: fieldsOfCheck},
	{route: "GET /eligibility/{id}/explain/{student_id}", answers: fieldsOfCheck + " selected"},
	{route: "GET /subfilter/{id}/apply", query: "cgpa_min cgpa_max branch exclude_backlogs limit cursor", answers: "total filtered_count unique_branches " + within("students", fieldsOfPick)},

	{route: "POST /registrations", sends: "drive_id", status: 201, answers: "registration_id drive_id student_id registered_at"},
	{route: "POST /registrations", sends: "drive_id", answers: "registration_id drive_id student_id registered_at"},
	{route: "POST /registrations/{id}/register", status: 201, answers: "registration_id drive_id student_id registered_at"},
	{route: "POST /registrations/{id}/register", answers: "registration_id drive_id student_id registered_at"},
	{route: "DELETE /registrations/{id}", status: 204},
	{route: "GET /registrations/my-list", list: true, answers: ownList},
	{route: "GET /registrations/mine", list: true, answers: ownList},
	{route: "GET /registrations/{id}/check", answers: "registered"},
	{route: "GET /registrations/{id}/list", query: "q sort", list: true, answers: "registration_id drive_id student_id registered_at name email roll_number branch batch_year cgpa"},
	{route: "POST /registrations/{id}/export", status: 202, answers: "job_id status_url download_url"},

	{route: "POST /attendance/{id}/mark", sends: "student_id status", answers: fieldsOfMark},
	{route: "DELETE /attendance/{id}/mark/{student_id}", status: 204},
	{route: "POST /attendance/{id}/mark-bulk", sends: "marks.student_id marks.roll_number marks.status", answers: "message"},
	{route: "GET /attendance/{id}/list", list: true, answers: fieldsOfMark},
	{route: "POST /attendance/{id}/publish", answers: "message"},
	{route: "GET /attendance/{id}/download-csv", file: "text/csv"},
	{
		route: "GET /finished-drives", query: "months start_date end_date", list: true,
		answers: "drive_id company_name job_title domain_name interview_date finished_date total_registered total_present total_absent",
	},
	{route: "GET /finished-drives/{id}/download", file: bookType},
	{route: "GET /finished-drives/download-excel", query: "limit months start_date end_date", file: bookType},
	{route: "GET /finished-drives/download-pdf", query: "limit months start_date end_date", file: "application/pdf"},

	{route: "GET /jobs/{id}", answers: fieldsOfJob},
	{route: "GET /jobs/{id}/events", file: "text/event-stream"},
	{route: "GET /jobs/{id}/download", file: "text/csv"},
	{route: "GET /jobs", query: "state kind", list: true, answers: fieldsOfJob},
	{route: "GET /jobs/counts", answers: "available running scheduled retryable completed cancelled discarded"},
	{route: "POST /jobs/{id}/codes", file: "text/csv"},
	{route: "POST /jobs/{id}/retry", answers: fieldsOfJob},
	{route: "POST /jobs/{id}/cancel", answers: fieldsOfJob},

	{route: "GET /audit", query: "drive_id user_id actor_id entity operation start_date end_date before", list: true, answers: fieldsOfAudit},
	{route: "GET /audit/download-csv", query: "drive_id user_id actor_id entity operation start_date end_date", file: "text/csv"},

	{
		route: "GET /analytics/summary", query: "days drive_id",
		answers: "total_drives pending posted ongoing finished cancelled registrations attendance_rate_percent refreshed_at",
	},
	{route: "GET /analytics/drives-over-time", list: true, answers: "day count"},
	{route: "GET /analytics/registrations-by-drive", query: "limit", list: true, answers: "drive_id company_name job_title registrations"},
	{route: "GET /analytics/attendance-trend", list: true, answers: "day percent"},
	{route: "GET /analytics/registrations-over-time", query: "days", list: true, answers: "day count"},
	{route: "GET /analytics/by-branch", query: "days", list: true, answers: "branch students eligible registered present"},
	{route: "GET /analytics/funnel", query: "days drive_id", answers: "selected eligible registered present"},
	{route: "POST /analytics/refresh", status: 202, answers: "job_id"},
	{route: "GET /notifications/mine", query: "limit", answers: "unread_count " + within("items", fieldsOfNotice)},
	{route: "PATCH /notifications/{id}/read", answers: "unread_count " + within("item", fieldsOfNotice)},
	{route: "POST /notifications/read-all", answers: "ok unread_count"},
	{route: "GET /healthz", answers: "status"},
	{route: "GET /readyz", answers: "status"},
	{route: "GET /health", answers: "status"},
	{route: "GET /metrics", file: "text/plain"},
	{route: "GET /openapi.json", page: true},
	{route: "GET /docs", page: true},
	{route: "GET /app/", page: true},
}

// unpaged are lists that are short by nature: one line for each day or branch, and the drives with the most registrations.
var unpaged = []string{
	"GET /analytics/drives-over-time", "GET /analytics/attendance-trend", "GET /analytics/registrations-by-drive",
	"GET /analytics/registrations-over-time", "GET /analytics/by-branch",
}

func within(parent, fields string) string {
	return parent + "." + strings.Join(strings.Fields(fields), " "+parent+".")
}

func optional(fields string) string { return strings.Join(strings.Fields(fields), "? ") + "?" }

func TestTheDescriptionKeepsTheContract(t *testing.T) {
	t.Parallel()
	tree := start(t).described()
	for _, p := range theContract {
		if p.page {
			continue
		}
		method, path, _ := strings.Cut(p.route, " ")
		t.Run(p.route, func(t *testing.T) {
			t.Parallel()
			item, _ := tree["paths"].(map[string]any)[path].(map[string]any)
			op, ok := item[strings.ToLower(method)].(map[string]any)
			require.True(t, ok, "is not described")
			d := operationOf{t, tree, op, p.route}
			d.hasQuery(p.query)
			if p.sends != "" {
				d.takes(p)
			}
			d.givesWhatIsPromised(p)
		})
	}
}

func TestTheContractIsAllThatIsDescribed(t *testing.T) {
	t.Parallel()
	beyond := []string{"POST /admin/session"}
	for _, described := range start(t).operations() {
		promised := slices.ContainsFunc(theContract, func(p promise) bool { return p.route == described.String() })
		require.NotEqual(t, promised, slices.Contains(beyond, described.String()), "%s is new: write down what it promises", described)
	}
}

// Every method, unlike in TestRoutesAnswerAlikeUnderAPI, and also what is not described.
func TestEveryRouteOfTheContractAnswersWithAndWithoutAPI(t *testing.T) {
	t.Parallel()
	h := start(t)
	for _, p := range theContract {
		method, path, _ := strings.Cut(p.route, " ")
		path = strings.NewReplacer("{id}", nobodysID, "{student_id}", nobodysID).Replace(path)
		plain, under := h.call("", method, path, nil), h.call("", method, "/api"+path, nil)
		require.NotContains(t, []int{http.StatusNotFound, http.StatusMethodNotAllowed}, plain.status, p.route)
		require.Equal(t, plain.status, under.status, p.route)
	}
}

func TestErrorsAreDescribedAsTheContractHasThem(t *testing.T) {
	t.Parallel()
	tree := start(t).described()
	for path, item := range tree["paths"].(map[string]any) {
		for method, described := range item.(map[string]any) {
			d := operationOf{t, tree, described.(map[string]any), method + " " + path}
			for status, response := range d.op["responses"].(map[string]any) {
				if strings.HasPrefix(status, "2") {
					continue
				}
				problem := response.(map[string]any)["content"].(map[string]any)["application/problem+json"].(map[string]any)["schema"]
				d.has("the answer "+status, problem, "type title status detail instance? message errors.field? errors.message?")
			}
			for _, status := range statusesOf(strings.ToUpper(method), path, d.op) {
				require.Contains(t, d.op["responses"], strconv.Itoa(status), "%s can be refused with it", d.route)
			}
		}
	}
}

// statusesOf are those that any such route may refuse with.
func statusesOf(method, path string, op map[string]any) []int {
	statuses := []int{http.StatusInternalServerError, http.StatusServiceUnavailable}
	if strings.Contains(path, "{") {
		statuses = append(statuses, http.StatusNotFound, http.StatusUnprocessableEntity)
	}
	if _, takesBody := op["requestBody"]; takesBody {
		statuses = append(statuses, http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity)
	}
	if method == http.MethodPost && (path == "/auth/login" || path == "/auth/session") {
		statuses = append(statuses, http.StatusUnauthorized, http.StatusTooManyRequests)
	}
	return statuses
}
