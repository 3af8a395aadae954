//! What is read from a text, and what is refused where.

use crate::query::Query;
use crate::query::syntax::{Clause, FieldCondition, Term};

/// Writes a query as the platform's own parse does: field, operator and value of
/// each term; `|` before one that is joined by OR, `||` before a new query.
fn items(text: &str) -> Vec<String> {
    let query = Query::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let mut items = Vec::new();
    for (at, clause) in query.alternatives.iter().enumerate() {
        let mut mark = if at > 0 { "|| " } else { "" };
        clause_items(clause, &mut mark, &mut items);
    }
    items.extend(query.sort.iter().map(ToString::to_string));
    items
}

fn clause_items(clause: &Clause, mark: &mut &str, items: &mut Vec<String>) {
    for group in clause {
        for (at, term) in group.iter().enumerate() {
            let mark = if at > 0 { "| " } else { std::mem::take(mark) };
            items.push(match term {
                Term::Condition(FieldCondition { path, .. }) => {
                    let (path, printed) = (path.to_string(), term.to_string());
                    format!("{mark}{path} {}", &printed[path.len()..])
                }
                Term::Related(related) => format!("{mark}{related}"),
            });
        }
    }
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    assert_eq!(items(text), expected, "{text}");
}

#[test]
fn reads_terms_as_the_platform_does() {
    check("", &[]);
    check("^EQ", &[]);
    check(
        "parent.sys_idISEMPTY^ORchild.sys_idISEMPTY^EQ",
        &["parent.sys_id ISEMPTY", "| child.sys_id ISEMPTY"],
    );
    check(
        "internal_type=string^ORinternal_type=string_full_utf8^max_length>4000^nameNOT LIKEsys_hub",
        &[
            "internal_type =string",
            "| internal_type =string_full_utf8",
            "max_length >4000",
            "name NOT LIKEsys_hub",
        ],
    );
    check("duplicate!=x^flag=false^ORDERBYname", &["duplicate !=x", "flag =false", "ORDERBYname"]);
    check("applicationNSAMEASupdate_set.application", &["application NSAMEASupdate_set.application"]);
    check(
        "job_statusINcompleted,completed_with_error,failed^EQ",
        &["job_status INcompleted,completed_with_error,failed"],
    );
    check(
        "roles=^descriptionSTARTSWITHUpdate Source -",
        &["roles =", "description STARTSWITHUpdate Source -"],
    );
    check(
        "last_login_timeRELATIVELT@month@ago@1^ORlast_login_timeISEMPTY",
        &["last_login_time RELATIVELT@month@ago@1", "| last_login_time ISEMPTY"],
    );
    check(
        "sys_created_onONToday@javascript:gs.daysAgoStart(0)@javascript:gs.daysAgoEnd(0)^EQ",
        &["sys_created_on ONToday@javascript:gs.daysAgoStart(0)@javascript:gs.daysAgoEnd(0)"],
    );
    check("Role=manager^ORRole=admin", &["Role =manager", "| Role =admin"]);
    check("a=1^NQb=2^c=3", &["a =1", "|| b =2", "c =3"]);
    check("a=1^b=2^EQ^ORDERBYDESCc^GROUPBYd", &["a =1", "b =2", "ORDERBYDESCc", "GROUPBYd"]);
    check("^a=1^", &["a =1"]);
}

/// Letters follow letters: where the field ends and the operator begins.
#[test]
fn sorts_alone_print_as_they_read() {
    for text in ["ORDERBYa", "ORDERBYDESCa^GROUPBYb^ORDERBYc", "a=1^ORDERBYb^ORDERBYc"] {
        assert_eq!(Query::parse(text).unwrap().to_string(), text);
    }
}

#[test]
fn finds_the_operator() {
    for (text, expected) in [
        ("nameNOT LIKEx", "name NOT LIKEx"),
        ("nameNOTLIKEx", "name NOT LIKEx"),
        ("name!*x", "name NOT LIKEx"),
        ("nameDOES NOT CONTAINx", "name NOT LIKEx"),
        ("name*x", "name LIKEx"),
        ("nameCONTAINSx", "name LIKEx"),
        ("nameLIKELIKE", "name LIKELIKE"),
        ("stateINa,b", "state INa,b"),
        ("stateNOT INa,b", "state NOT INa,b"),
        ("stateNOTINa,b", "state NOT INa,b"),
        ("stateINSTANCE", "state INSTANCE"),
        ("classINSTANCEOFcmdb", "class INSTANCEOFcmdb"),
        ("name%end", "name ENDSWITHend"),
        ("nameENDSWITHend", "name ENDSWITHend"),
        ("name=100%", "name =100%"),
        ("name=a*b@c|d", "name =a*b@c|d"),
        ("name= two  blanks ", "name = two  blanks "),
        ("name==", "name =="),
        ("name!==", "name !=="),
        ("active_dateON@2026-01-01@2026-01-02", "active_date ON@2026-01-01@2026-01-02"),
        ("active_dateNOTON@2026-01-01@2026-01-02", "active_date NOTON@2026-01-01@2026-01-02"),
        ("nameEMPTYSTRING", "name EMPTYSTRING"),
        ("nameEMPTY", "name ISEMPTY"),
        ("nameNOTEMPTY", "name ISNOTEMPTY"),
        ("nameISNOTEMPTY", "name ISNOTEMPTY"),
        ("nameANYTHING", "name ANYTHING"),
        ("aGT_FIELDb", "a GT_FIELDb"),
        ("aGT_OR_EQUALS_FIELDb", "a GT_OR_EQUALS_FIELDb"),
        ("aLT_OR_EQUALS_FIELDb.c", "a LT_OR_EQUALS_FIELDb.c"),
        ("aMORETHANb.c@day@before@3", "a MORETHANb.c@dayofweek@before@3"),
        ("aLESSTHANb@quarter@after@1", "a LESSTHANb@quarter@after@1"),
        ("aSAMEASb@day", "a SAMEASb@dayofweek"),
        ("aNSAMEAS@owner", "a NSAMEAS@owner"),
        ("aNSAMEASb.@owner", "a NSAMEASb.@owner"),
        ("aBETWEEN1@5", "a BETWEEN1@5"),
        ("a<=5", "a <=5"),
        ("a>=5", "a >=5"),
        ("a<5", "a <5"),
        ("@class.service_account=true", "@class.service_account =true"),
        ("user.@class.service_account!=true", "user.@class.service_account !=true"),
        ("@roleINa,b", "@role INa,b"),
        ("@owner.active=false", "@owner.active =false"),
        (
            "dDATEPARTMonday@javascript:gs.datePart('dayofweek','monday','GE')",
            "d DATEPARTMonday@javascript:gs.datePart('dayofweek','monday','GE')",
        ),
    ] {
        check(text, &[expected]);
    }
}

#[test]
fn reads_related_lists_in_both_forms() {
    for (text, expected) in [
        ("RLQUERYincident.problem_id,>=1^ENDRLQUERY", "RLQUERYincident.problem_id,>=1^ENDRLQUERY"),
        (
            "RLQUERYincident.problem_id,>=1,priority=1^ENDRLQUERY",
            "RLQUERYincident.problem_id,>=1^priority=1^ENDRLQUERY",
        ),
        (
            "RLQUERYincident.problem_id,>=1^priority=1^ENDRLQUERY",
            "RLQUERYincident.problem_id,>=1^priority=1^ENDRLQUERY",
        ),
        (
            "RLQUERYa.b,=0,stateIN1,2^ORstate=3^c=4^ENDRLQUERY",
            "RLQUERYa.b,=0^stateIN1,2^ORstate=3^c=4^ENDRLQUERY",
        ),
        (
            "RLQUERYsys_security_acl.name=api_name,=0^ENDRLQUERY",
            "RLQUERYsys_security_acl.name=api_name,=0^ENDRLQUERY",
        ),
        ("RLQUERYa.b=user.sys_id,<3^ENDRLQUERY", "RLQUERYa.b=user.sys_id,<3^ENDRLQUERY"),
    ] {
        check(text, &[expected]);
    }
    check(
        "a=1^RLQUERYb.c,>1^ENDRLQUERY^ORRLQUERYd.e,=2^x=1^ENDRLQUERY^ORf=2^g=3",
        &["a =1", "RLQUERYb.c,>1^ENDRLQUERY", "| RLQUERYd.e,=2^x=1^ENDRLQUERY", "| f =2", "g =3"],
    );
    check("a=1^NQRLQUERYb.c,<=1^ENDRLQUERY", &["a =1", "|| RLQUERYb.c,<=1^ENDRLQUERY"]);
}

/// The message, and the part of the text that it is about.
#[track_caller]
fn refused(text: &str, place: &str, message: &str) {
    let error = Query::parse(text).expect_err(text);
    assert!(error.message.contains(message), "{text}: {error}");
    assert_eq!(&text[error.span.clone()], place, "{text}: {error}");
}

#[test]
fn refuses_by_name_what_cannot_be_answered() {
    for (text, name) in [
        ("a=1^assigned_toDYNAMIC90d1921e5f510100a9ad2572f2b477fe", "DYNAMIC"),
        ("locationIN_HIERARCHYabc", "IN_HIERARCHY"),
        ("locationIN_HIERARCHY_DYNAMICabc", "IN_HIERARCHY_DYNAMIC"),
        ("stateVALCHANGES", "VALCHANGES"),
        ("a=1^stateCHANGESTOcommitted", "CHANGESTO"),
        ("stateCHANGESFROMx", "CHANGESFROM"),
        ("nameMATCH_PATx", "MATCH_PAT"),
        ("nameMATCH_RGXx", "MATCH_RGX"),
        ("a=1^JOINa.x=b.y!c=1", "JOIN"),
        ("SUBQUERYa,b^ENDSUBQUERY", "SUBQUERY"),
        ("a=1^123TEXTQUERY321=word", "123TEXTQUERY321"),
        ("123TEXTINDEXGROUP321=group", "123TEXTINDEXGROUP321"),
        ("a=1^GOTOnumber>=x", "GOTO"),
    ] {
        refused(text, name, &format!("{name} is not supported"));
        assert_eq!(Query::parse(text).unwrap_err().unsupported.as_deref(), Some(name));
    }
    for (text, script, name) in [
        (
            "a=1^sys_created_by=javascript:gs.getUserName()^EQ",
            "javascript:gs.getUserName()",
            "javascript:gs.getUserName",
        ),
        ("a=javascript:new Foo().bar('x')", "javascript:new Foo().bar('x')", "javascript:new Foo"),
        ("aINjavascript:getGroups()", "javascript:getGroups()", "javascript:getGroups"),
        ("aLIKEjavascript:x", "javascript:x", "javascript:x"),
        ("a>javascript:gs.daysAgo(x)", "javascript:gs.daysAgo(x)", "javascript:gs.daysAgo"),
        ("a>javascript:gs.daysAgo(1)+1", "javascript:gs.daysAgo(1)+1", "javascript:gs.daysAgo"),
        (
            "a>javascript:gs.monthsAgoSomething(1)",
            "javascript:gs.monthsAgoSomething(1)",
            "javascript:gs.monthsAgoSomething",
        ),
        ("javascript:'a=' + x()", "javascript:'a=' + x()", "javascript:"),
    ] {
        refused(text, script, &format!("{name} is not supported"));
        assert_eq!(Query::parse(text).unwrap_err().unsupported.as_deref(), Some(name));
    }
}

#[test]
fn refuses_what_is_no_query() {
    for (text, place, message) in [
        ("active", "active", "no operator follows 'active'"),
        ("a=1^nameFOOx", "FOO", "'FOO' after 'name' is not an operator"),
        ("nameIS_NULL", "IS_NULL", "'IS_NULL' after 'name' is not an operator"),
        ("name like x", " like x", "is not an operator"),
        ("=1", "=1", "does not begin with a field name"),
        ("a=1^^b=2", "", "a condition is missing"),
        ("a=1^OR", "OR", "a condition is missing"),
        ("a=1^NQ", "NQ", "a condition is missing"),
        ("^ORa=1", "ORa=1", "no condition before"),
        ("^NQa=1", "NQa=1", "no condition before"),
        ("a=1^EQ^b=2", "b=2", "may follow ^EQ"),
        ("user..name=1", "user..name", "something is missing"),
        ("user.=1", "user.", "something is missing"),
        ("@class=true", "@class", "something is missing"),
        ("@=true", "@", "something is missing"),
        ("a@b=true", "a@b", "something is missing"),
        ("nameISEMPTYx", "x", "ISEMPTY takes no value"),
        ("aBETWEEN1", "BETWEEN1", "BETWEEN needs two values"),
        ("aBETWEEN1@2@3", "BETWEEN1@2@3", "BETWEEN needs two values"),
        ("aRELATIVELT@month@ago", "RELATIVELT@month@ago", "needs a unit"),
        ("aRELATIVELT@moon@ago@1", "RELATIVELT@moon@ago@1", "needs a unit"),
        ("aRELATIVELT@month@ago@-1", "RELATIVELT@month@ago@-1", "needs a unit"),
        ("aRELATIVEXX@month@ago@1", "RELATIVEXX", "is not an operator"),
        ("aONToday", "ONToday", "ON needs a label"),
        ("aMORETHANb@day@3", "MORETHANb@day@3", "needs a field, a unit"),
        ("aSAMEAS", "", "a field name is missing"),
        ("aSAMEASb@moon", "SAMEASb@moon", "perhaps a unit"),
        (
            "aDATEPARTx@javascript:gs.datePart('moon','full','GE')",
            "DATEPARTx@javascript:gs.datePart('moon','full','GE')",
            "needs a label",
        ),
        ("ORDERBYname,other", ",other", "is not a field name"),
        ("RLQUERYa.b,>=1^c=1", "RLQUERYa.b,>=1^c=1", "ENDRLQUERY is missing"),
        ("RLQUERYa,>=1^ENDRLQUERY", "RLQUERYa,>=1", "RLQUERYtable.column"),
        ("RLQUERYa.b^ENDRLQUERY", "RLQUERYa.b", "needs a count"),
        ("RLQUERYa.b,>=x^ENDRLQUERY", "RLQUERYa.b,>=x", "needs a count"),
        ("RLQUERYa.b,>=99999999999^ENDRLQUERY", "RLQUERYa.b,>=99999999999", "needs a count"),
        ("RLQUERYa.@role,>=1^ENDRLQUERY", "a.@role", "not by a computed field"),
        ("a=1^ENDRLQUERY", "ENDRLQUERY", "was not opened"),
    ] {
        refused(text, place, message);
    }
}

#[test]
fn refuses_related_lists_without_end() {
    let deep = "RLQUERYa.b,>=1^".repeat(100_000);
    assert!(Query::parse(&deep).unwrap_err().message.contains("deep"));
}
