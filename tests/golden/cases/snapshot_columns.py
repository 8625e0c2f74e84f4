{
    "about": "Snapshots with names of their own, an end that is no null, several keys, a place of their own, columns that come.",
    "files": {
        "seeds/prices.csv": """
            shop,sku,price,changed_at
            1,a,10,2024-01-01 00:00:00
            1,b,20,2024-01-01 00:00:00
            2,a,11,2024-01-01 00:00:00
        """,
        "snapshots/prices_then.sql": """
            {% snapshot prices_then %}
            {{ config(unique_key=['shop', 'sku'], strategy='timestamp', updated_at='changed_at', schema='history', alias='past_prices',
                      dbt_valid_to_current="cast('9999-12-31' as timestamp)",
                      snapshot_meta_column_names={'dbt_valid_from': 'starts', 'dbt_valid_to': 'ends', 'dbt_scd_id': 'id', 'dbt_updated_at': 'seen'}) }}
            select * from {{ ref('prices') }}
            {% endsnapshot %}
        """,
        "models/current.sql": "select shop, sku, price from {{ ref('prices_then') }} where ends = cast('9999-12-31' as timestamp)",
    },
    "steps": [
        {"run": ["build"]},
        {"run": ["build"]},
        {"files": {"seeds/prices.csv": """
            shop,sku,price,changed_at,currency
            1,a,12,2024-02-01 00:00:00,EUR
            1,b,20,2024-01-01 00:00:00,EUR
            2,a,11,2024-01-01 00:00:00,EUR
            2,b,21,2024-02-01 00:00:00,USD
        """}, "run": ["build", "--full-refresh"]},
        {"run": ["snapshot"]},
    ],
}
