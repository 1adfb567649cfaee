package cli

import (
	"time"

	"placeops/auth"
	"placeops/store"
	"placeops/store/decimal"
)

// demoPassword opens the demo's accounts. Anybody who reads this knows it: the demo is to try placeOps, not to keep
// anything in.
const demoPassword = "try-placeops-2026"

var demoPeople = []struct {
	role        auth.Role
	name, email string
}{
	{auth.Head, "Revathi Krishnan", "head@demo.example"},
	{auth.Coordinator, "Arvind Menon", "coordinator@demo.example"},
	{auth.Staff, "Farida Sheikh", "staff@demo.example"},
	{auth.Student, "Ananya Iyer", "student@demo.example"},
}

var demoNames = []string{
	"Rohan Deshpande", "Meera Nair", "Kabir Singh Gill", "Sneha Patil", "Aditya Rao", "Lakshmi Subramanian", "Imran Qureshi",
	"Pooja Agarwal", "Vikram Reddy", "Nandini Chatterjee", "Joseph Mathew", "Divya Bhat", "Harsh Vora", "Ishita Sen",
	"Manish Yadav", "Ayesha Khan", "Siddharth Joshi", "Tanvi Kulkarni", "Gurpreet Kaur", "Nikhil Varghese", "Ritu Sharma",
	"Surya Prakash", "Bhavana Shetty", "Omkar Jadhav", "Zoya Ansari", "Karthik Raman", "Shreya Mukherjee", "Deepak Chauhan",
	"Anjali Thomas", "Varun Malhotra", "Keerthana Murthy", "Abhishek Tiwari", "Neha Saxena", "Pranav Hegde", "Simran Arora",
	"Rahul Bose", "Gayatri Pillai", "Yash Gupta", "Fathima Beevi",
}

var demoBranches = []string{"CSE", "ECE", "MECH", "CIVIL", "MBA"}

// demoMark is one pattern of marks; the students take turns.
type demoMark struct {
	cgpa, tenth, twelfth, diploma string
	backlogs                      int32
	gender                        string
}

var demoMarks = []demoMark{
	{cgpa: "8.42", tenth: "91.2", twelfth: "88.4", gender: "F"},
	{cgpa: "7.5", tenth: "84", twelfth: "79.67", gender: "M"},
	{cgpa: "6.9", tenth: "72.5", diploma: "81", gender: "F"},
	{cgpa: "7.495", tenth: "88", twelfth: "70", gender: "M", backlogs: 1},
	{cgpa: "9.1", tenth: "95.4", twelfth: "93", gender: "F"},
	{cgpa: "5.8", tenth: "61", twelfth: "58", gender: "M", backlogs: 3},
	{cgpa: "8", tenth: "78", twelfth: "81.25", gender: "O"},
	{tenth: "83", twelfth: "76", gender: "M"},
}

// demoDrive is a drive and how far it is brought.
type demoDrive struct {
	drive         store.Drive
	state         string
	closesIn      time.Duration
	registrations int
}

const day = 24 * time.Hour

var demoDrives = []demoDrive{
	{
		state: store.Finished, registrations: 9,
		drive: store.Drive{
			CompanyName: "Konkan Shipyards", JobTitle: "Design Engineer", Location: text("Goa"), PackageLPA: number("7.2"),
			MinCGPA: number("6"), MaxBacklogs: count(3),
		},
	},
	{
		state: store.Cancelled, registrations: 4,
		drive: store.Drive{CompanyName: "Sahyadri Logistics", JobTitle: "Operations Trainee", Location: text("Pune"), MinCGPA: number("6")},
	},
	{
		state: store.Attending, registrations: 12,
		drive: store.Drive{
			CompanyName: "Kaveri Systems", JobTitle: "Graduate Engineer", Location: text("Chennai"), PackageLPA: number("6.5"),
			MinCGPA: number("6.5"), MaxBacklogs: count(1), JobDescription: text("Embedded software for metering. Two rounds and an interview."),
		},
	},
	{
		state: store.Posted, registrations: 5, closesIn: 10 * day,
		drive: store.Drive{
			CompanyName: "Northwind Analytics", JobTitle: "Data Analyst", Location: text("Bengaluru"), PackageLPA: number("9.25"),
			MinCGPA: number("7.5"), Min10th: number("75"), MaxBacklogs: count(0),
		},
	},
	{
		state: store.Posted, registrations: 3, closesIn: 4 * day,
		drive: store.Drive{
			CompanyName: "Malabar Spices Exports", JobTitle: "Management Trainee", Location: text("Kochi"), PackageLPA: number("5"),
			AllowedBranches: []string{"MBA", "CIVIL"},
		},
	},
	{
		state: store.Pending,
		drive: store.Drive{
			CompanyName: "Deccan Semiconductors", JobTitle: "VLSI Design Intern", Location: text("Hyderabad"), PackageLPA: number("12"),
			MinCGPA: number("8"), Min12th: number("70"), AllowedBranches: []string{"ECE", "CSE"}, MaxBacklogs: count(0),
		},
	},
}

func text(s string) *string { return &s }

func count(n int32) *int32 { return &n }

func number(s string) *decimal.Decimal {
	value := decimal.MustParse(s)
	return &value
}
