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
