//! Domains: proved by DNS or by mail, and joined by.

use std::net::SocketAddr;

use guildhall_identity::organizations::{self as org, Dns};
use guildhall_kernel::mail::{Mail, SendMail};
use guildhall_types::{Error, organization::Role};
use tokio::net::UdpSocket;

use crate::stage::{PASSWORD, Stage, told};

/// A DNS server that answers every question with this TXT record; nothing when there is none. It lets questions wait until
/// so many have come.
async fn dns_server(text: Option<String>, together: usize) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut buffer, mut waiting) = ([0_u8; 512], Vec::new());
        while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
            let question_end = 12 + buffer[12..length].iter().position(|byte| *byte == 0).unwrap() + 5;
            let mut answer = buffer[..question_end].to_vec();
            // A response, recursion available, one question.
            answer[2] = 0x81;
            answer[3] = 0x80;
            answer[6..12].copy_from_slice(&[0, u8::from(text.is_some()), 0, 0, 0, 0]);
            if let Some(text) = &text {
                answer.extend([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60]);
                answer.extend(u16::try_from(text.len() + 1).unwrap().to_be_bytes());
                answer.push(u8::try_from(text.len()).unwrap());
                answer.extend(text.as_bytes());
            }
            waiting.push((answer, from));
            if waiting.len() >= together {
                for (answer, from) in waiting.drain(..) {
                    socket.send_to(&answer, from).await.unwrap();
                }
            }
        }
    });
    address
}

async fn dns(text: Option<String>) -> Dns {
    Dns::new(Some(dns_server(text, 1).await)).unwrap()
}

#[tokio::test]
async fn a_domain_is_proved_by_its_record_and_joined_by_its_people() {
    let stage = Stage::new().await;
    let (owner, slug) = stage.enterprise().await;
    let boss = stage.now(&owner).await;
    for refused in ["gmail.com", "gov.uk", "nothing", ""] {
        assert!(told(org::add_domain(&stage.db, &boss, &slug, refused).await).message_for("domain").is_some());
    }
    org::add_domain(&stage.db, &boss, &slug, "Leeds.Example").await.unwrap();
    assert!(told(org::add_domain(&stage.db, &boss, &slug, "leeds.example").await).message_for("domain").is_some());
    let record = org::domains(&stage.db, &boss, &slug).await.unwrap()[0].record.clone();
    assert!(record.starts_with("guildhall-verification="));

    let colleague = stage.somebody("ada@leeds.example").await;
    let stranger = stage.somebody("eve@sub.leeds.example").await;
    assert_eq!(told(org::join_by_domain(&stage.db, &stage.now(&colleague).await, &slug).await), Error::NotFound);

    for wrong in [None, Some("guildhall-verification=something-else".to_owned()), Some(format!("{record}x"))] {
        let dns = dns(wrong).await;
        let error = told(org::check_domain(&stage.db, &dns, &boss, &slug, "leeds.example").await);
        assert!(matches!(error, Error::Conflict { .. }), "{error:?}");
    }
    org::check_domain(&stage.db, &dns(Some(record)).await, &boss, &slug, "leeds.example").await.unwrap();
    assert!(org::domains(&stage.db, &boss, &slug).await.unwrap()[0].verified_at.is_some());

    assert_eq!(told(org::join_by_domain(&stage.db, &stage.now(&stranger).await, &slug).await), Error::NotFound);
    let offers = org::mine(&stage.db, &stage.now(&colleague).await, None).await.unwrap().joinable;
    assert_eq!(offers.iter().map(|offer| offer.role).collect::<Vec<_>>(), [Role::Learner]);
    org::join_by_domain(&stage.db, &stage.now(&colleague).await, &slug).await.unwrap();
    let id = stage.organization(&slug).await;
    assert_eq!(stage.now(&colleague).await.user().unwrap().role_in(id), Some(Role::Learner));
    // By direct SQL, nobody joins as more than that.
    let third = stage.somebody("bob@leeds.example").await;
    let mut tx = stage.db.begin(&stage.now(&third).await).await.unwrap();
    sqlx::query("insert into memberships (organization_id, user_id, role, created_at) values ($1, $2, 'owner', now())")
        .bind(id.0)
        .bind(third.id.0)
        .execute(&mut *tx)
        .await
        .unwrap_err();
}

#[tokio::test]
async fn a_server_that_does_not_answer_proves_nothing() {
    let stage = Stage::new().await;
    let (owner, slug) = stage.enterprise().await;
    let boss = stage.now(&owner).await;
    org::add_domain(&stage.db, &boss, &slug, "leeds.example").await.unwrap();
    let silent = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let dns = Dns::new(Some(silent.local_addr().unwrap())).unwrap();
    let error = told(org::check_domain(&stage.db, &dns, &boss, &slug, "leeds.example").await);
    assert!(matches!(error, Error::Unavailable { .. }), "{error:?}");
}

#[tokio::test]
async fn a_domain_is_proved_by_the_code_that_its_postmaster_got() {
    let stage = Stage::new().await;
    let (owner, slug) = stage.enterprise().await;
    let boss = stage.now(&owner).await;
    org::add_domain(&stage.db, &boss, &slug, "leeds.example").await.unwrap();
    let enter = async |code: &str| org::enter_code(&stage.db, &boss, &slug, "leeds.example", code).await;
    assert!(matches!(told(enter("12345678").await), Error::Conflict { .. }));
    let error = told(org::send_code(&stage.db, &boss, &slug, "leeds.example", "eve@leeds.example").await);
    assert!(error.message_for("mailbox").is_some());
    let code = async || {
        org::send_code(&stage.db, &boss, &slug, "leeds.example", "postmaster@leeds.example").await.unwrap();
        let mail = stage.take::<SendMail>().await.pop().unwrap();
        assert_eq!(mail.to, "postmaster@leeds.example");
        let Mail::DomainCode { code, .. } = mail.mail else { panic!("not the code") };
        code
    };
    let first = code().await;
    let wrong = if first == "00000000" { "00000001" } else { "00000000" };
    for _ in 0..5 {
        assert!(told(enter(wrong).await).message_for("code").is_some());
    }
    // Tried out: now the right one is no good either.
    assert!(matches!(told(enter(&first).await), Error::Conflict { .. }));
    let second = code().await;
    stage.wait(chrono::TimeDelta::minutes(31));
    assert!(matches!(told(enter(&second).await), Error::Conflict { .. }));
    let third = code().await;
    enter(&format!("{} {}", &third[..4], &third[4..])).await.unwrap();
    assert!(org::domains(&stage.db, &boss, &slug).await.unwrap()[0].verified_at.is_some());
}

#[tokio::test]
async fn a_domain_that_comes_back_gets_its_code_and_nobody_is_flooded() {
    let stage = Stage::new().await;
    let (owner, slug) = stage.enterprise().await;
    let boss = stage.now(&owner).await;
    let send = async || org::send_code(&stage.db, &boss, &slug, "leeds.example", "postmaster@leeds.example").await;
    let mut keys = std::collections::BTreeSet::new();
    for round in 0..3 {
        org::add_domain(&stage.db, &boss, &slug, "leeds.example").await.unwrap();
        for _ in 0..9 {
            match send().await {
                Ok(()) => {
                    let mail = stage.take::<SendMail>().await.pop().unwrap();
                    assert!(keys.insert(mail.key.clone()), "sent under a key of before: {}", mail.key);
                    // As when it is delivered.
                    sqlx::query("insert into notifications (id, dedupe_key, template, created_at) values (gen_random_uuid(), $1, 'domain_code', $2)")
                        .bind(&mail.key)
                        .bind(stage.db.clock().now())
                        .execute(&stage.test.owner)
                        .await
                        .unwrap();
                }
                Err(error) => assert!(round == 2 && matches!(error.told(), Error::Conflict { .. })),
            }
        }
        org::remove_domain(&stage.db, &boss, &slug, "leeds.example").await.unwrap();
    }
    assert_eq!(keys.len(), 20);
}

#[tokio::test]
async fn where_a_directory_keeps_the_people_the_domain_lets_nobody_in() {
    let stage = Stage::new().await;
    let (owner, slug) = stage.enterprise().await;
    let boss = stage.now(&owner).await;
    org::add_domain(&stage.db, &boss, &slug, "leeds.example").await.unwrap();
    let record = org::domains(&stage.db, &boss, &slug).await.unwrap()[0].record.clone();
    org::check_domain(&stage.db, &dns(Some(record)).await, &boss, &slug, "leeds.example").await.unwrap();
    let leaver = stage.now(&stage.somebody("ada@leeds.example").await).await;
    let offers = async || org::mine(&stage.db, &leaver, None).await.unwrap().joinable.len();
    assert_eq!(offers().await, 1);
    stage
        .owner_sql("insert into scim_tokens (id, organization_id, name, token_hash, created_at) select gen_random_uuid(), organization_id, 'Directory', sha256('t'), now() from organization_domains")
        .await;
    assert_eq!(offers().await, 0);
    assert_eq!(told(org::join_by_domain(&stage.db, &leaver, &slug).await), Error::NotFound);
}

#[tokio::test]
async fn one_domain_is_proved_by_one_organisation() {
    let stage = Stage::new().await;
    let (owner, slug) = stage.enterprise().await;
    let other = stage.somebody("other@other.example").await;
    let second = org::create(&stage.db, &stage.now(&other).await, "enterprise", "Other").await.unwrap().slug;
    for (who, slug, first) in [(&owner, &slug, true), (&other, &second, false)] {
        let actor = stage.now(who).await;
        org::add_domain(&stage.db, &actor, slug, "leeds.example").await.unwrap();
        let record = org::domains(&stage.db, &actor, slug).await.unwrap()[0].record.clone();
        let checked = org::check_domain(&stage.db, &dns(Some(record)).await, &actor, slug, "leeds.example").await;
        assert_eq!(checked.is_ok(), first, "{checked:?}");
    }
}

#[tokio::test]
async fn removing_a_domain_asks_again_who_one_is_and_adding_one_does_not() {
    let stage = Stage::new().await;
    let (owner, slug) = stage.enterprise().await;
    org::add_domain(&stage.db, &stage.now(&owner).await, &slug, "leeds.example").await.unwrap();
    stage.wait(chrono::TimeDelta::minutes(11));
    let boss = stage.now(&owner).await;
    let removed = org::remove_domain(&stage.db, &boss, &slug, "leeds.example").await;
    assert_eq!(told(removed), Error::ConfirmRequired);
    assert_eq!(stage.count("select count(*) from organization_domains").await, 1);
    org::add_domain(&stage.db, &boss, &slug, "leeds-two.example").await.unwrap();
    let again = stage.sign_in_as("owner@leeds.example", PASSWORD).await.unwrap();
    let boss = stage.actor(&again.refresh_token).await;
    org::remove_domain(&stage.db, &boss, &slug, "leeds.example").await.unwrap();
    assert_eq!(stage.count("select count(*) from organization_domains").await, 1);
}

#[tokio::test]
async fn a_domain_that_is_proved_twice_is_told_once() {
    let stage = Stage::new().await;
    let (owner, slug) = stage.enterprise().await;
    let boss = stage.now(&owner).await;
    let told =
        async || stage.count("select count(*) from audit_inbox where action = 'organization.domain_verified'").await;
    org::add_domain(&stage.db, &boss, &slug, "leeds.example").await.unwrap();
    let record = org::domains(&stage.db, &boss, &slug).await.unwrap()[0].record.clone();
    // Both have seen that it is not proved before either hears of the record.
    let server = dns_server(Some(record), 2).await;
    let (one, two) = (Dns::new(Some(server)).unwrap(), Dns::new(Some(server)).unwrap());
    let (first, second) = tokio::join!(
        org::check_domain(&stage.db, &one, &boss, &slug, "leeds.example"),
        org::check_domain(&stage.db, &two, &boss, &slug, "leeds.example"),
    );
    first.unwrap();
    second.unwrap();
    assert_eq!(told().await, 1);
    // By another way as well: what is proved is proved, and nobody is asked, written to or told.
    org::check_domain(&stage.db, &one, &boss, &slug, "leeds.example").await.unwrap();
    org::send_code(&stage.db, &boss, &slug, "leeds.example", "postmaster@leeds.example").await.unwrap();
    org::enter_code(&stage.db, &boss, &slug, "leeds.example", "12345678").await.unwrap();
    assert_eq!(told().await, 1);
    assert!(stage.take::<SendMail>().await.is_empty());
}
