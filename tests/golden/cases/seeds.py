{
    "about": "Types that are inferred, types that are asked for, quoting, delimiters, empty cells.",
    "files": {
        "seeds/inferred.csv": '''
            number,amount,price,day,moment,yes,words,code,nothing,mixed
            1,1.50,1000.00,2024-01-31,2024-01-31 10:00:00,true,"a, ""b""",007,,1
            2,2,5.0,2024-02-01,2024-02-01 11:30:00,false,ä,008,,x
            ,,,,,,,,,
        ''',
        "seeds/asked.csv": """
            id;code;amount
            1;007;1.5
            2;008;2.5
        """,
        "seeds/seeds.yml": """
            seeds:
              - name: asked
                config:
                  delimiter: ";"
                  column_types: {code: varchar, amount: "decimal(10, 2)"}
        """,
    },
    "steps": [
        {"run": ["seed"]},
        {"run": ["seed"]},
        {"run": ["seed", "--full-refresh"]},
        {"files": {"seeds/long.csv": "id\n3000000000\n"}, "run": ["seed", "--select", "long"], "code": 1},
    ],
}
