package server

import (
	"net/http"

	"placeops/auth"
)

// Who may call a route.
var (
	public       = auth.Public
	everyone     = auth.SignedIn
	students     = auth.For(auth.Student)
	office       = auth.For(auth.Staff, auth.Coordinator, auth.Head)
	coordinators = auth.For(auth.Coordinator, auth.Head)
	heads        = auth.For(auth.Head)
	get          = http.MethodGet
	post         = http.MethodPost
	patching     = http.MethodPatch
	del          = http.MethodDelete
	ok           = http.StatusOK
	created      = http.StatusCreated
	accepted     = http.StatusAccepted
	noContent    = http.StatusNoContent
	asJSON       = "application/json"
	asForm       = "multipart/form-data"
)

// routes is THE table: every route, who may call it, and what answers.
func (s *Server) routes() []route {
	return []route{
		on(post, "/auth/login", public, ok, "login", s.login, "Sign in", concernsMe, small),
		on(post, "/auth/session", public, ok, "startSession", s.startSession, "Sign this browser in: the session is a cookie that no script can read", concernsMe, small, fromOwnPages),
		on(get, "/auth/session", everyone, ok, "readSession", s.readSession, "Who is signed in, and until when", codeOnly),
		on(del, "/auth/session", public, noContent, "endSession", s.endSession, "Sign this browser out", concernsMe, fromOwnPages),
		on(post, "/auth/change-password", everyone, ok, "changePassword", s.changePassword, "Change the own password; ends every earlier token", codeOnly, refuses(http.StatusTooManyRequests), concernsMe),
		on(get, "/me", everyone, ok, "readMe", s.readMe, "The own profile", codeOnly),
		on(patching, "/me", everyone, ok, "patchMe", s.patchMe, "Change the own contact data", codeOnly, concernsMe),

		on(get, "/users", heads, ok, "listUsers", s.listUsers, "Everybody with an account"),
		on(post, "/users", heads, created, "createUser", s.createUser, "Add an account; without a password it gets a one-time code"),
		on(patching, "/users/{id}", heads, ok, "patchUser", s.patchUser, "Change, deactivate, or give a new one-time code"),

		on(get, "/students", office, ok, "listStudents", s.listStudents, "Students in the order of their roll numbers"),
		on(post, "/students/import", heads, accepted, "importStudents", s.importStudents, "Import a sheet of students (.csv or .xlsx)", uploading(asForm)),
		on(get, "/students/{id}", office, ok, "readStudent", s.readStudent, "One student"),
		on(patching, "/students/{id}", coordinators, ok, "patchStudent", s.patchStudent, "Change marks, debar, correct"),

		on(get, "/job-domains", everyone, ok, "listJobDomains", s.listJobDomains, "Fields of work"),
		on(post, "/job-domains", heads, created, "createJobDomain", s.createJobDomain, "Add a field of work"),

		on(get, "/drives", everyone, ok, "listDrives", s.listDrives, "Drives, newest first"),
		on(post, "/drives", coordinators, created, "createDrive", s.createDrive, "Create a drive; auto_calc publishes it at once", uploading(asJSON, asForm), s.createDriveBody),
		on(post, "/drives/preview-eligibility", coordinators, ok, "previewCriteria", s.previewCriteria, "Count who would be eligible"),
		on(get, "/drives/{id}", everyone, ok, "readDrive", s.readDrive, "One drive"),
		on(patching, "/drives/{id}", coordinators, ok, "patchDrive", s.patchDrive, "Change a drive", uploading(asJSON, asForm), s.patchDriveBody),
		on(del, "/drives/{id}", heads, ok, "deleteDrive", s.deleteDrive, "Delete a drive without registrations"),
		on(get, "/drives/{id}/preview-eligibility", coordinators, ok, "previewDrive", s.previewDrive, "Count who is eligible"),
		on(post, "/drives/{id}/publish", coordinators, ok, "publishDrive", s.publishDrive, "Open a drive to all eligible students, or to hand-picked ones"),
		on(post, "/drives/{id}/stop-registrations", coordinators, ok, "stopRegistrations", s.stopRegistrations, "Close registrations"),
		on(post, "/drives/{id}/cancel", heads, ok, "cancelDrive", s.cancelDrive, "Cancel a drive"),
		on(post, "/drives/{id}/trigger-eligibility", heads, accepted, "triggerEligibility", s.triggerEligibility, "Store the eligible students again, as a job"),

		on(post, "/registrations", students, created, "register", s.register, "Register for a drive", answers(ok), refuses(http.StatusNotFound), concernsMe),
		on(post, "/registrations/{id}/register", students, created, "registerForDrive", s.registerForDrive, "Register for a drive", answers(ok), concernsMe),
		on(del, "/registrations/{id}", students, noContent, "withdraw", s.withdraw, "Withdraw from a drive", concernsMe),
		on(get, "/registrations/my-list", students, ok, "myRegistrations", s.myRegistrations, "Own registrations"),
		on(get, "/registrations/mine", students, ok, "myRegistrationsToo", s.myRegistrations, "Own registrations"),
		on(get, "/registrations/{id}/check", students, ok, "checkRegistration", s.checkRegistration, "Am I registered for it"),
		on(get, "/registrations/{id}/list", office, ok, "listRegistrations", s.listRegistrations, "Who registered for a drive"),

		on(post, "/eligibility/{id}/filter", coordinators, ok, "filterEligibility", s.filterEligibility, "Store the eligible students now"),
		on(get, "/eligibility/{id}/list", coordinators, ok, "listEligible", s.listEligible, "The eligible students of a drive"),
		on(get, "/eligibility/{id}/ids", coordinators, ok, "eligibleIDs", s.eligibleIDs, "The ids of all whom the same filter leaves"),
		on(get, "/eligibility/mine", students, ok, "myDrives", s.myDrives, "The drives that I may register for"),
		on(get, "/eligibility/{id}/check", students, ok, "checkEligibility", s.checkEligibility, "May I register for it, and why not"),
		on(get, "/eligibility/{id}/explain/{student_id}", coordinators, ok, "explainEligibility", s.explainEligibility, "Why a student is eligible or not"),
		on(get, "/subfilter/{id}/apply", coordinators, ok, "applySubfilter", s.applySubfilter, "Look at some of the eligible students"),

		on(post, "/attendance/{id}/mark", coordinators, ok, "markAttendance", s.markAttendance, "Mark one student"),
		on(del, "/attendance/{id}/mark/{student_id}", coordinators, noContent, "takeBackMark", s.takeBackMark, "Take back a mark"),
		on(post, "/attendance/{id}/mark-bulk", coordinators, ok, "markAttendanceBulk", s.markAttendanceBulk, "Mark many students, all or none", largeBody),
		on(get, "/attendance/{id}/list", coordinators, ok, "listAttendance", s.listAttendance, "Everybody registered, with the marks"),
		on(post, "/attendance/{id}/publish", coordinators, ok, "publishAttendance", s.publishAttendance, "Publish the attendance; ends the drive"),
		on(get, "/attendance/{id}/download-csv", coordinators, ok, "downloadAttendanceCSV", s.downloadAttendanceCSV, "The attendance as CSV", lasting(uploadTimeout), sending("text/csv")),

		on(get, "/finished-drives", office, ok, "listFinishedDrives", s.listFinishedDrives, "Drives that are over, newest first"),
		on(get, "/finished-drives/{id}/download", coordinators, ok, "downloadFinishedDrive", s.downloadFinishedDrive, "A drive's attendance as .xlsx", lasting(uploadTimeout), sending(excelType), refuses(http.StatusConflict)),
		on(get, "/finished-drives/download-excel", office, ok, "downloadFinishedExcel", s.downloadFinishedExcel, "The summary as .xlsx", lasting(uploadTimeout), sending(excelType)),
		on(get, "/finished-drives/download-pdf", office, ok, "downloadFinishedPDF", s.downloadFinishedPDF, "The summary as .pdf", lasting(uploadTimeout), sending("application/pdf")),

		on(get, "/jobs/{id}", everyone, ok, "readJob", s.readJob, "A job, for its requester and the office"),
		on(get, "/jobs/{id}/download", everyone, ok, "downloadJob", s.downloadJob, "The file that a job made; an import's one-time codes, once", lasting(uploadTimeout), sending("text/csv"), refuses(http.StatusConflict, http.StatusGone)),
		on(post, "/jobs/{id}/codes", heads, ok, "takeCodes", s.takeCodes, "The one-time codes of an import, once", lasting(uploadTimeout), sending("text/csv"), refuses(http.StatusConflict, http.StatusGone)),
		on(get, "/jobs/{id}/events", everyone, ok, "jobEvents", s.jobEvents, "The same as server-sent events, until the job is final", lasting(auth.TokenLifetime), sending(eventStreamType)),
		on(get, "/jobs", coordinators, ok, "listJobs", s.listJobs, "Jobs, newest first"),
		on(get, "/jobs/counts", coordinators, ok, "countJobs", s.countJobs, "How many jobs are in each state"),
		on(post, "/jobs/{id}/retry", heads, ok, "retryJob", s.retryJob, "Run a job again that did not succeed"),
		on(post, "/jobs/{id}/cancel", heads, ok, "cancelJob", s.cancelJob, "Take a job out of the queue, or stop it"),
		on(post, "/registrations/{id}/export", office, accepted, "exportRegistrations", s.exportRegistrations, "Write the registrations of a drive into a CSV file, as a job"),

		on(post, "/admin/session", heads, noContent, "openSession", s.openSession, "Let this browser into the job console at /admin/river for an hour", concernsMe),
		page(del, "/admin/session", public, (*Server).closeSession),
		page(get, "/admin/login", public, (*Server).loginPage),
		page(post, "/admin/login", public, (*Server).loginForm),
		page(anyMethod, "/admin/river", heads, (*Server).serveConsole),
		page(anyMethod, "/admin/river/*", heads, (*Server).serveConsole),

		on(get, "/analytics/summary", office, ok, "analyticsSummary", s.analyticsSummary, "Drives, registrations and attendance in figures", refuses(http.StatusNotFound)),
		on(get, "/analytics/drives-over-time", office, ok, "drivesOverTime", s.drivesOverTime, "Drives by the day of their creation"),
		on(get, "/analytics/registrations-by-drive", office, ok, "registrationsByDrive", s.registrationsByDrive, "The drives with most registrations"),
		on(get, "/analytics/attendance-trend", office, ok, "attendanceTrend", s.attendanceTrend, "Attendance by the day of its publication"),
		on(get, "/analytics/registrations-over-time", office, ok, "registrationsOverTime", s.registrationsOverTime, "Registrations by their day"),
		on(get, "/analytics/by-branch", office, ok, "studentsByBranch", s.studentsByBranch, "How many students of each branch reached what"),
		on(get, "/analytics/funnel", office, ok, "funnel", s.funnel, "From selected to present, over all drives or one", refuses(http.StatusNotFound)),
		on(post, "/analytics/refresh", heads, accepted, "refreshAnalytics", s.refreshAnalytics, "Bring the figures up to date, as a job"),

		on(get, "/audit", heads, ok, "listAudit", s.listAudit, "Who did what to which drive, student or user, newest first"),
		on(get, "/audit/download-csv", heads, ok, "downloadAuditCSV", s.downloadAuditCSV, "The same as CSV", lasting(uploadTimeout), sending("text/csv")),

		on(get, "/notifications/mine", everyone, ok, "myNotifications", s.myNotifications, "What I am told, newest first"),
		on(patching, "/notifications/{id}/read", everyone, ok, "readNotification", s.readNotification, "Mark as read", concernsMe),
		on(post, "/notifications/read-all", everyone, ok, "readAllNotifications", s.readAllNotifications, "Mark all as read", concernsMe),

		on(get, "/healthz", public, ok, "healthz", s.healthz, "Is the process alive"),
		on(get, "/health", public, ok, "health", s.healthz, "Is the process alive"),
		on(get, "/readyz", public, ok, "readyz", s.readyz, "Can it serve: database, schema, queue"),

		on(get, "/metrics", heads, ok, "readMetrics", s.readMetrics, "The numbers of this process for Prometheus; also for the bearer of PLACEOPS_METRICS_TOKEN", orToken(s.metricsToken), sending("text/plain")),

		raw(get, "/", public, (*Server).toApp),
		raw(get, "/app", public, (*Server).toApp),
		raw(get, "/app/*", public, (*Server).serveApp),
		raw(http.MethodHead, "/app/*", public, (*Server).serveApp),
		raw(get, "/uploads/*", public, (*Server).serveUpload),
		raw(http.MethodHead, "/uploads/*", public, (*Server).serveUpload),
		raw(get, "/openapi.json", public, (*Server).serveOpenAPI),
		raw(get, "/docs", public, (*Server).serveDocs),
		raw(get, "/docs/*", public, (*Server).serveDocs),
	}
}
