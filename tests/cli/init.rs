//! `model init`.

use crate::sandbox::Sandbox;

#[test]
fn starts_a_project_that_builds() {
    let sandbox = Sandbox::empty();
    sandbox.run(["init", "shop"]).success().talk(
        "
            wrote project.yml
            wrote seeds/raw_orders.csv
            wrote models/staging/stg_orders.sql
            wrote models/marts/daily_revenue.sql
            wrote models/schema.yml
            wrote .gitignore

            now build it: cd shop && model build
        ",
    );
    sandbox.run(["init", "shop"]).code(2).talk(
        "
            error[project-exists]: `[ROOT]/shop/project.yml` exists already
             |
             = help: choose an empty folder
        ",
    );
    sandbox.write("old/dbt_project.yml", "name: old\n");
    sandbox.run(["init", "old"]).code(2).talk_has("`[ROOT]/old/dbt_project.yml` exists already");
    assert!(!sandbox.path("old/project.yml").exists());
    sandbox.run(["init", "my shop"]).code(2).talk(
        "
            error[bad-name]: `my shop` cannot be the name of a project
             |
             = note: letters, digits and underscores, not beginning with a digit
             = help: for example `my_shop`
        ",
    );
    sandbox.run(["build", "--project-dir", "shop"]).success().talk(
        "
            7 nodes, 1 thread, target `dev`

               OK    [ELAPSED]  1/7  seed         main.raw_orders  (4 rows)
               OK    [ELAPSED]  2/7  view         main.stg_orders
             PASS    [ELAPSED]  3/7  test         not_null_stg_orders_order_id
             PASS    [ELAPSED]  4/7  test         unique_stg_orders_order_id
               OK    [ELAPSED]  5/7  table        main.daily_revenue
             PASS    [ELAPSED]  6/7  test         not_null_daily_revenue_ordered_on
             PASS    [ELAPSED]  7/7  test         unique_daily_revenue_ordered_on

            Done in [ELAPSED]: 7 passed
        ",
    );
}

#[test]
fn as_dbt_a_project_that_is_there_is_left_alone() {
    let sandbox = Sandbox::empty();
    let _ = sandbox.run_as_dbt(["init", "shop", "--skip-profile-setup"]).success();
    let file = sandbox.read("shop/dbt_project.yml");
    let again = sandbox.run_as_dbt(["init", "shop", "-s"]).success().stdout;
    assert!(again.contains("A project called shop already exists here."), "{again}");
    for arguments in [&["init", "-s"][..], &["init", "other", "-s"]] {
        let inside = arguments.iter().copied().chain(["--project-dir", "shop"]);
        let _ = sandbox.run_as_dbt(inside).success();
    }
    assert_eq!(sandbox.read("shop/dbt_project.yml"), file);
    assert!(!sandbox.path("shop/other").exists());
    let refused = sandbox.run_as_dbt(["init", "--profile", "x", "--project-dir", "shop"]).code(2).stdout;
    assert!(refused.contains("Can not init existing project with specified profile"), "{refused}");
}
