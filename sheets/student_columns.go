package sheets

import "strings"

// studentColumn is one column of the student sheet and every heading that offices give it.
type studentColumn struct {
	name string
	// own are headings that mean this column; also are those that mean it unless one of own is there as well: with
	// "Roll No" and "PRN" in one sheet, the roll number is the one called so.
	own, also []string
	// read puts a cell's text into the student, or returns what is wrong with it.
	read func(s *Student, text string) (problem string)
}

// headings returns each stem alone and with each of the endings.
func headings(stems, endings string) []string {
	var all []string
	for _, stem := range strings.Fields(stems) {
		all = append(all, stem)
		for _, ending := range strings.Fields(endings) {
			all = append(all, stem+ending)
		}
	}
	return all
}

// examinations returns each stem with what may follow or precede the name of an examination: "10th Percentage",
// "SSC Marks", "% in 12th".
func examinations(stems string) []string {
	all := headings(stems, "percentage percent per perc pct marks mark score aggregate markspercentage markspercent markspct "+
		"percentagemarks percentageofmarks percentofmarks inpercentage inpercent outof100")
	for _, stem := range strings.Fields(stems) {
		for _, beginning := range []string{"in", "percentage", "percentagein", "percentageof", "percent", "percentin", "marksin", "marksof"} {
			all = append(all, beginning+stem)
		}
	}
	return all
}

// studentColumns is the list of all columns, in the order in which they are reported.
func studentColumns() []studentColumn {
	return []studentColumn{
		{name: "roll_number", read: readRollNumber,
			own: headings("roll rollno rollnumber rollnum rollid studentroll studentrollno studentrollnumber universityrollno "+
				"universityrollnumber collegerollno classrollno hallticket hallticketno hallticketnumber htno", ""),
			also: append(headings("reg regd registration enrollment enrolment enroll enrol", "no number num id"),
				headings("registerno registernumber admissionno admissionnumber universityregno universityregistrationno universityseatno "+
					"universityseatnumber universityno studentregistrationno studentregno studentid studentno studentnumber usn usnno usnnumber "+
					"prn prnno prnnumber urn ern erpid erpno scholarno scholarnumber", "")...)},
		{name: "name", read: readName,
			own:  headings("name studentname studentsname fullname nameofstudent nameofthestudent candidatename candidatesname nameofcandidate nameofthecandidate studentfullname", ""),
			also: headings("student candidate nameasper10th nameasper10thmarksheet nameaspermarksheet nameasperssc nameasinmarksheet", "")},
		{name: "email", read: readEmail,
			own:  headings("email mail studentemail studentmail", "id address ids"),
			also: headings("collegeemail officialemail institutemail instituteemail universityemail personalemail primaryemail collegemail officialmail personalmail gmail", "id address")},
		{name: "branch", read: readBranch,
			own:  headings("branch dept department branchname departmentname deptname branchdepartment departmentbranch", ""),
			also: headings("discipline stream specialization specialisation branchspecialization branchofstudy branchofengineering engineeringbranch", "")},
		{name: "batch_year", read: readBatchYear,
			own: headings("batch batchyear passingyear yearofpassing yearofpassingout passoutyear passingoutyear yearofpassout passedoutyear "+
				"graduationyear yearofgraduation graduatingyear yop passout passoutbatch passingbatch graduationbatch completionyear yearofcompletion", "")},
		{name: "cgpa", read: readCGPA,
			own: headings("cgpa ogpa cpi currentcgpa overallcgpa aggregatecgpa totalcgpa latestcgpa finalcgpa cgpatilldate ugcgpa btechcgpa "+
				"becgpa degreecgpa engineeringcgpa graduationcgpa cumulativegpa cumulativegradepointaverage", "10 outof10 onscaleof10 scaleof10"),
			also: headings("gpa cumulativecgpa", "")},
		{name: "tenth_percent", read: readTenth,
			own: examinations("10th 10 10thstd 10thstandard 10thclass class10 class10th classx std10 std10th stdx x xth xstd " +
				"xclass tenth tenthclass tenthstandard ssc sslc matric matriculation 10thssc ssc10th 10thsslc xssc"),
			also: examinations("highschool secondary secondaryschool highschool10th")},
		{name: "twelfth_percent", read: readTwelfth,
			own: examinations("12th 12 12thstd 12thstandard 12thclass class12 class12th classxii std12 std12th stdxii xii xiith xiistd " +
				"xiiclass twelfth twelveth twelfthclass twelfthstandard hsc hssc puc puc2 2ndpuc iipuc plustwo plus2 inter intermediate " +
				"12thhsc hsc12th 12thpuc xiihsc 12thinter 12thintermediate"),
			also: examinations("highersecondary seniorsecondary")},
		{name: "diploma_percent", read: readDiploma,
			own:  examinations("diploma polytechnic diplomapolytechnic"),
			also: examinations("diplomaaggregate")},
		{name: "active_backlogs", read: readActiveBacklogs,
			own: headings("activebacklog activebacklogs currentbacklog currentbacklogs livebacklog livebacklogs pendingbacklogs pendingbacklog "+
				"noofactivebacklogs numberofactivebacklogs noofcurrentbacklogs nooflivebacklogs activearrear activearrears currentarrear currentarrears "+
				"standingarrear standingarrears livearrears pendingarrears noofstandingarrears noofcurrentarrears activekt activekts livekt livekts liveatkt "+
				"activeatkt currentkt backlogsactive backlogscurrent ongoingbacklogs existingbacklogs", "count"),
			also: headings("backlog backlogs arrear arrears kt kts atkt noofbacklogs noofbacklog numberofbacklogs noofarrears numberofarrears noofkts noofkt", "count")},
		{name: "cleared_backlogs", read: readClearedBacklogs,
			own: headings("clearedbacklog clearedbacklogs backlogscleared backlogcleared deadbacklog deadbacklogs passivebacklogs closedbacklogs "+
				"noofclearedbacklogs numberofclearedbacklogs noofdeadbacklogs clearedarrear clearedarrears arrearscleared clearedkt clearedkts deadkt deadkts deadatkt "+
				"pastbacklogs previousbacklogs", "count"),
			also: headings("historyofarrear historyofarrears historyofbacklog historyofbacklogs backloghistory backlogshistory arrearhistory arrearshistory hoa", "count")},
		{name: "gender", read: readGender, own: headings("gender sex gendermf sexmf gendermalefemale gendermfo", "")},
		{name: "gap_years", read: readGapYears,
			own: headings("gap gaps gapyear gapyears yeargap yeargaps yearsgap yearsofgap yearofgap gapinyears academicgap educationgap educationalgap "+
				"gapineducation gapinstudies gapinacademics noofgapyears noofyeargap numberofgapyears totalgap anygap", "years inyears")},
		{name: "phone", read: readPhone,
			own: headings("ph phno phone mobile contact cell phoneno mobileno contactno phonenumber mobilenumber contactnumber cellno cellphone "+
				"mobilephone studentmobile studentmobileno studentphone studentcontact studentcontactno studentmobilenumber mob mobno phonemobile", "1"),
			also: headings("whatsapp whatsappno whatsappnumber telephone telephoneno telephonenumber", "")},
	}
}
