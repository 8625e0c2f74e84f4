//! What is told of a profile that is not as it should be.

use crate::sandbox::Sandbox;

#[test]
fn a_misspelt_field_of_a_profile() {
    let profile =
        "shop:\n  outputs:\n    dev:\n      type: duckdb\n      pth: shop.duckdb\n      owner: amy\n";
    let sandbox = Sandbox::new()
        .file("project.yml", "name: shop\nprofile: shop\n")
        .file("profiles.yml", &format!("{profile}  target: dev\n"))
        .model("a", "select 1 as id");
    sandbox.run(["parse"]).success().talk(
        "
            warning[misspelt-field]: `pth` is no field of a duckdb output, did you mean `path`?
             --> profiles.yml:3:5
              |
            3 |     dev:
              |     ^^^ in this target

            1 node in order
        ",
    );
}

#[test]
fn a_profile_without_the_target() {
    let sandbox = Sandbox::new()
        .file(
            "project.yml",
            "
            name: shop
            profile: shop
        ",
        )
        .file(
            "profiles.yml",
            "
            shop:
              target: prd
              outputs:
                prod: {type: duckdb, path: shop.duckdb}
        ",
        );
    sandbox.run(["build"]).code(2).talk(
        "
            error[unknown-target]: the profile `shop` has no target `prd`
             --> profiles.yml:2:11
              |
            2 |   target: prd
              |           ^^^
              |
              = note: it has `prod`
              = note: dbt says: The profile 'shop' does not have a target named 'prd'.
              = help: did you mean `prod`?
        ",
    );
    sandbox.run(["build", "--target", "pord"]).code(2).talk(
        "
            error[unknown-target]: the profile `shop` has no target `pord`
             --> profiles.yml:1:1
              |
            1 | shop:
              | ^^^^
              |
              = note: it has `prod`
              = note: dbt says: The profile 'shop' does not have a target named 'pord'.
              = help: did you mean `prod`?
        ",
    );
    sandbox.run(["build", "--profile", "shpo"]).code(2).talk(
        "
            error[unknown-profile]: there is no profile `shpo`
             |
             = note: `profiles.yml` has `shop`
             = note: dbt says: Could not find profile named 'shpo'
             = help: did you mean `shop`?
        ",
    );
}

#[test]
fn fields_of_a_profile_have_their_forms() {
    let sandbox = |fields: &str| {
        let profile = "shop:\n  target: dev\n  outputs:\n    dev:\n      type: duckdb\n";
        Sandbox::new()
            .file("project.yml", "name: shop\nprofile: shop\n")
            .file("profiles.yml", &format!("{profile}      {fields}\n"))
            .model("a", "select 1 as id")
    };
    sandbox("schema: 2026\n      retries: {attempts: 3}\n      owner: 1").run(["parse"]).code(2).talk(
        "
            error[wrong-type]: `schema` of the target must be a text
             --> profiles.yml:4:5
              |
            4 |     dev:
              |     ^^^ in this target
              |
              = note: this is a number
              = help: put it in quotes

            error[refused-key]: `retries` of the target has no key `attempts`
             --> profiles.yml:4:5
              |
            4 |     dev:
              |     ^^^ in this target
              |
              = note: dbt says: Additional properties are not allowed
              = note: dbt refuses it

            2 errors
        ",
    );
    let check = |fields: &str, told: &str| sandbox(fields).run(["parse"]).code(2).talk_has(told);
    check("path:", "`path` of the target must be a text");
    check("keep_open: 'no'", "`keep_open` of the target must be `true` or `false`");
    check("attach: [{path: b.db, alias: 1}]", "`attach[0].alias` of the target must be a text");
    check("attach: [{alias: b}]", "`attach[0]` of the target has no `path`");
    check("extensions: [json, {name: 1}]", "`extensions[1].name` of the target must be a text");
}

#[test]
fn fields_of_a_server_have_their_forms() {
    let server = "type: postgres, host: here, user: me, dbname: shop, schema: main";
    let check = |rest: &str, told: &str| {
        let profile = format!("shop: {{target: dev, outputs: {{dev: {{{server}, {rest}}}}}}}\n");
        let sandbox = Sandbox::new()
            .file("project.yml", "name: shop\nprofile: shop\n")
            .file("profiles.yml", &profile)
            .env("SHOP_PORT", "5432");
        sandbox.run(["parse"]).code(2).talk_has(told);
    };
    check("port: 5432, password: 12345", "`password` of the target must be a text");
    check(
        "password: x, port: \"{{ env_var('SHOP_PORT') }}\"",
        "leave out the quotes, or add `| as_number` to the template",
    );
}
