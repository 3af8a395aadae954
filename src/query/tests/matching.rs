//! One row, one field: the operators and what counts as empty.

use super::check;

const USER: &str = "
    sys_user sys_id=u1; user_name=svc.SAP; active=true; locked_out=; failed_attempts=9; business_criticality=;
    sys_user sys_id=u2";

#[test]
fn compares_without_case() {
    check(
        "sys_user",
        USER,
        &[
            ("", "yes"),
            ("user_name=SVC.sap", "yes"),
            ("user_name=svc", "no"),
            ("user_name!=svc.sap", "no"),
            ("user_name!=other", "yes"),
            ("user_nameLIKEc.s", "yes"),
            ("user_name*C.S", "yes"),
            ("user_nameCONTAINSx", "no"),
            ("user_nameNOT LIKEsap", "no"),
            ("user_name!*x", "yes"),
            ("user_nameSTARTSWITHSVC", "yes"),
            ("user_nameSTARTSWITHsap", "no"),
            ("user_nameENDSWITHSAP", "yes"),
            ("user_name%sap", "yes"),
            ("user_name%svc", "no"),
            ("user_nameINa,Svc.Sap", "yes"),
            ("user_nameINa, svc.sap", "no"),
            ("user_nameNOT INa,b", "yes"),
            ("user_nameNOTINa,SVC.SAP", "no"),
            ("user_name>svb", "yes"),
            ("user_name<svb", "no"),
            ("user_nameBETWEENa@t", "yes"),
            ("user_nameBETWEENa@b", "no"),
            ("user_nameANYTHING", "yes"),
            ("active=TRUE", "yes"),
            ("active=1", "no"),
        ],
    );
}

#[test]
fn compares_letters_beyond_ascii() {
    check(
        "sys_user",
        "sys_user name=JÖRG Åse; city=İzmir",
        &[
            ("name=jörg åse", "yes"),
            ("nameLIKEÖR", "yes"),
            ("nameSTARTSWITHjör", "yes"),
            ("nameENDSWITHåSE", "yes"),
            ("name<jörh", "yes"),
            ("cityLIKEzmir", "yes"),
            ("cityENDSWITHiiiiiiiiiiiiiiiiiiiiii", "no"),
        ],
    );
}

/// A NULL boolean is neither true nor false, and "not true" does not find it.
#[test]
fn empty_matches_no_comparison() {
    check(
        "sys_user",
        USER,
        &[
            ("locked_out=false", "no"),
            ("locked_out=true", "no"),
            ("locked_out!=true", "no"),
            ("locked_out!=true^ORlocked_outISEMPTY", "yes"),
            ("locked_out=", "yes"),
            ("locked_out!=", "no"),
            ("locked_outISEMPTY", "yes"),
            ("locked_outEMPTYSTRING", "yes"),
            ("locked_outISNOTEMPTY", "no"),
            ("locked_outANYTHING", "yes"),
            ("locked_outNOT INtrue", "no"),
            ("locked_outNOT LIKEtrue", "no"),
            ("locked_outLIKE", "no"),
            ("locked_outINtrue,", "no"),
            ("locked_outSAMEASactive", "no"),
            ("activeSAMEASlocked_out", "no"),
            ("locked_outNSAMEASactive", "no"),
            ("business_criticality<5", "no"),
            ("business_criticalityBETWEEN0@5", "no"),
            ("business_criticalityGT_FIELDfailed_attempts", "no"),
            ("user_name!=", "yes"),
            ("user_name=", "no"),
            ("user_nameEMPTYSTRING", "no"),
            ("user_nameISNOTEMPTY", "yes"),
        ],
    );
}

#[test]
fn absent_is_unknown() {
    check(
        "sys_user",
        USER,
        &[
            ("title=x", "unknown sys_user.title"),
            ("title!=x", "unknown sys_user.title"),
            ("titleISEMPTY", "unknown sys_user.title"),
            ("titleLIKEx", "unknown sys_user.title"),
            ("titleINa,b", "unknown sys_user.title"),
            ("titleANYTHING", "yes"),
            ("titleSAMEASuser_name", "unknown sys_user.title"),
            ("titleSAMEAScity", "unknown sys_user.city sys_user.title"),
            ("titleSAMEASlocked_out", "no"),
            ("locked_outSAMEAStitle", "no"),
        ],
    );
}

#[test]
fn joins_by_kleene() {
    check(
        "sys_user",
        USER,
        &[
            ("title=x^active=true", "unknown sys_user.title"),
            ("title=x^active=false", "no"),
            ("active=false^title=x", "no"),
            ("title=x^ORactive=true", "yes"),
            ("title=x^ORactive=false", "unknown sys_user.title"),
            ("title=x^city=y", "unknown sys_user.city sys_user.title"),
            ("title=x^NQactive=true", "yes"),
            ("active=false^NQtitle=x", "unknown sys_user.title"),
        ],
    );
}

/// `a^b^ORc^d` is a and (b or c) and d.
#[test]
fn or_binds_to_its_neighbour() {
    check(
        "sys_user",
        "sys_user first_name=a; last_name=b; city=c; title=d",
        &[
            ("first_name=a^last_name=x^ORcity=c^title=d", "yes"),
            ("first_name=x^last_name=b^ORcity=c^title=d", "no"),
            ("first_name=a^last_name=b^ORcity=c^title=x", "no"),
            ("first_name=a^last_name=x^ORcity=x^title=d", "no"),
            ("first_name=x^ORlast_name=x^ORcity=c", "yes"),
            ("first_name=x^title=x^NQlast_name=b^city=c", "yes"),
            ("first_name=a^title=x^NQlast_name=b^city=x", "no"),
            ("first_name=a^EQ", "yes"),
            ("first_name=a^ORDERBYDESCcity", "yes"),
            ("first_name=x^ORDERBYcity", "no"),
            ("ORDERBYcity", "yes"),
        ],
    );
}

#[test]
fn compares_numbers_as_numbers() {
    check(
        "sys_user",
        USER,
        &[
            ("failed_attempts<10", "yes"),
            ("failed_attempts>10", "no"),
            ("failed_attempts<=9", "yes"),
            ("failed_attempts>=9.5", "no"),
            ("failed_attempts=09", "yes"),
            ("failed_attempts=9.0", "yes"),
            ("failed_attempts!=9.0", "no"),
            ("failed_attemptsIN8,9", "yes"),
            ("failed_attemptsBETWEEN9@10", "yes"),
            ("failed_attemptsBETWEEN10@80", "no"),
            ("failed_attempts=nine", "no"),
            ("failed_attempts!=nine", "yes"),
            ("failed_attempts<nine", "no"),
        ],
    );
    // Text is compared as text; a column that is not known by what it holds.
    check(
        "sys_properties",
        "sys_properties value=9; u_limit=9; u_word=abc; u_id=00000000000000000000000000000001; u_odd=5e2",
        &[
            ("u_odd>60", "unknown sys_properties.u_odd"),
            ("u_odd=500", "unknown sys_properties.u_odd"),
            ("u_odd!=500", "unknown sys_properties.u_odd"),
            ("u_odd=5e2", "yes"),
            ("u_odd=word", "no"),
            ("value<10", "no"),
            ("u_limit<10", "yes"),
            ("u_word<10", "no"),
            ("u_word>10", "yes"),
            ("u_id=00000000000000000000000000000002", "no"),
        ],
    );
    for odd in ["5e2", "+5", "0x1F4", "1,800", "5.", "never"] {
        let row = format!("sys_user failed_attempts={odd}");
        check(
            "sys_user",
            &row,
            &[
                ("failed_attempts<10", "unknown sys_user.failed_attempts"),
                ("failed_attempts!=5", "unknown sys_user.failed_attempts"),
            ],
        );
    }
    check("sys_user", "sys_user failed_attempts=5.0", &[("failed_attempts=5", "yes")]);
    check(
        "u_thing",
        "u_thing u_a=10; u_b=9",
        &[("u_aGT_FIELDu_b", "yes"), ("u_aLT_OR_EQUALS_FIELDu_b", "no")],
    );
}

#[test]
fn compares_fields() {
    check(
        "sys_user",
        "sys_user first_name=Ada; last_name=ADA; city=x; failed_attempts=3; notification=03",
        &[
            ("first_nameSAMEASlast_name", "yes"),
            ("first_nameNSAMEASlast_name", "no"),
            ("first_nameSAMEAScity", "no"),
            ("first_nameNSAMEAScity", "yes"),
            ("failed_attemptsSAMEASnotification", "yes"),
            ("failed_attemptsGT_OR_EQUALS_FIELDnotification", "yes"),
            ("failed_attemptsGT_FIELDnotification", "no"),
            ("failed_attemptsLT_FIELDnotification", "no"),
            ("cityGT_FIELDfirst_name", "yes"),
        ],
    );
}
