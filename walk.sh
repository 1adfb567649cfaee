signin() { curl -s localhost:5000/auth/login -H 'Content-Type: application/json' -d "{\"email\":\"$1\",\"password\":\"$2\"}" | sed -E 's/.*"token":"([^"]*)".*/\1/'; }
HEAD=$(signin head@demo.example try-placeops-2026)
cat > students.csv <<CSV
Roll No,Name,Email,Branch,Batch,CGPA,10th %,12th %,Active Backlogs
27CSE901,Asha Verma,asha@college.example,CSE,2027,8.1,90,88,0
27CSE902,Ravi Kumar,ravi@college.example,CSE,2027,7.495,85,81,0
27MEC903,Nisha Jain,nisha@college.example,Mechanical,2027,9.2,93,90,1
CSV
echo ---import; curl -s localhost:5000/students/import -H "Authorization: Bearer $HEAD" -F file=@students.csv
sleep 1
echo; echo ---job; curl -s localhost:5000/jobs/1 -H "Authorization: Bearer $HEAD"
echo; echo ---codes; curl -s localhost:5000/jobs/1/download -H "Authorization: Bearer $HEAD" | tee codes.csv
echo ---preview; curl -s localhost:5000/drives/preview-eligibility -H "Authorization: Bearer $HEAD" -H 'Content-Type: application/json' -d '{"min_cgpa":7.5,"allowed_branches":["CSE"],"max_backlogs":0}' | sed -E 's/,"by_branch".*/}/'
echo; echo ---drive; curl -s localhost:5000/drives -H "Authorization: Bearer $HEAD" -H 'Content-Type: application/json' -d '{"company_name":"Tulsi Robotics","job_title":"Software Engineer","min_cgpa":7.5,"allowed_branches":["CSE"],"max_backlogs":0}' 
echo; echo ---publish; curl -s -X POST localhost:5000/drives/6/publish -H "Authorization: Bearer $HEAD"
echo; echo ---code; CODE=$(awk -F, '/27CSE901/{print $4}' codes.csv | tr -d '\r"'); ASHA=$(signin asha@college.example $CODE)
curl -s localhost:5000/auth/change-password -H "Authorization: Bearer $ASHA" -H 'Content-Type: application/json' -d "{\"old_password\":\"$CODE\",\"new_password\":\"a good long password\"}" | cut -c1-60
ASHA=$(signin asha@college.example 'a good long password')
echo; echo ---register; curl -s localhost:5000/registrations -H "Authorization: Bearer $ASHA" -H 'Content-Type: application/json' -d '{"drive_id":6}'
echo; STUDENT=$(signin student@demo.example try-placeops-2026)
echo ---stop; curl -s -X POST localhost:5000/drives/6/stop-registrations -H "Authorization: Bearer $HEAD" | cut -c1-120
echo; echo ---late; curl -s localhost:5000/registrations -H "Authorization: Bearer $STUDENT" -H 'Content-Type: application/json' -d '{"drive_id":6}'
echo ---list; curl -s localhost:5000/registrations/6/list -H "Authorization: Bearer $HEAD"
